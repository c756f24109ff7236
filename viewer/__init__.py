"""The viewer: opens, hangs, shows and keeps breast exams."""
