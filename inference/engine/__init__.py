"""Networks at work behind one interface: in this process, or in one of their own."""
