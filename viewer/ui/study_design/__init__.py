"""The study wizard: a protocol, page by page, with its checks, its picture and its power."""
