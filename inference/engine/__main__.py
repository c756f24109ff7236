"""The engine process: `python -m inference.engine`, with pipes as standard input and output."""

from __future__ import annotations

from inference.process import die_first, prepare_process, yield_to_everyone


def main() -> None:
    """Set the process, and only then import what starts threads: they inherit its settings."""
    yield_to_everyone()
    die_first()
    prepare_process()
    from inference.engine.child import serve
    from inference.engine.local import LocalEngine

    serve(LocalEngine())


if __name__ == "__main__":
    main()
