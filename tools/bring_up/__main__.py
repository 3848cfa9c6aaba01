"""python -m bring_up run|test|bench|check|stop|clean"""

import sys

from bring_up.cli import main

sys.exit(main(sys.argv[1:]))
