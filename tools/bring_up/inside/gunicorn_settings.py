"""gunicorn's settings for `make run` and the tests. Names that an older gunicorn does not know are passed over."""

import os

bind = os.environ["GUNICORN_BIND"]
workers = 2
worker_class = "sync"
timeout = 120
graceful_timeout = 20
max_requests = 5000  # a worker that has grown is replaced in time
max_requests_jitter = 500
preload_app = True  # the workers share what is imported
control_socket_disable = True  # newer ones would make one in the home folder
wsgi_app = "wsgi:application"
pythonpath = os.path.dirname(os.path.abspath(__file__))
