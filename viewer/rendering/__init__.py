"""From frames and predictions to screen pixels, numpy and OpenCV only."""
