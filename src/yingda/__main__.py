"""`python -m yingda`: parts and the caller start without the command line's machinery, to be there sooner."""

import sys


def _main() -> int:
    if len(sys.argv) > 1 and sys.argv[1] in ("calls", "web", "worker", "directory", "carrier"):
        from yingda.main.child import main as child

        return child(sys.argv[1], sys.argv[2:])
    if len(sys.argv) > 1 and sys.argv[1] == "call":
        from yingda.main.settings import CHECKOUT

        words = sys.argv[2:]
        if not any(word.partition("=")[0] in ("--data", "--server") for word in words):
            words = [*words, "--data", str(CHECKOUT / "data")]
        from yingda.caller.cli import run

        return run(words)
    from yingda.main.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(_main())
