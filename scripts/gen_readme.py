#!/usr/bin/env python3
"""Write the addon's README from its fragments; ``--check`` only says what differs."""

import sys

from toolchain import readme


def main():
    if "--check" not in sys.argv[1:]:
        return readme.write()
    complaints = readme.check()
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
