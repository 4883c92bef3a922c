#!/usr/bin/env python3
"""``make bench``: what the addon costs beside core alone. See ``bench/driver.py``."""

import sys

from bench.driver import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
