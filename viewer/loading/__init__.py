"""From files to exams and frames."""
