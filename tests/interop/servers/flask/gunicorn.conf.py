# Each open stream takes a thread. A worker of the default kind has one, and is killed after 30 seconds in one request.
worker_class = "gthread"
threads = 100
