"""The page that lists the exams before the reader."""
