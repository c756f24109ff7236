"""What is kept between runs: settings, recent exams, predictions."""
