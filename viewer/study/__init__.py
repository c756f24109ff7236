"""Reader studies: the protocol, the plan of readings, answers, events; no files, no Qt."""
