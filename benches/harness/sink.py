"""An S3 that takes every object and keeps none, in a process of its own; what is no S3 is told that there is no such query.

It answers `Expect: 100-continue`, without which AWS's Java SDK waits a second with every object.
"""
import os
import socket
import sys
import threading

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: \"e\"\r\n\r\n"
BODY = b'{"__type":"InvalidRequestException","message":"no such query"}'
UNKNOWN = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY

counted = {"objects": 0, "bytes": 0}
lock = threading.Lock()


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = memoryview(bytearray(1 << 20))
    head = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in head:
                more = connection.recv(65536)
                if not more:
                    return
                head += more
            text, _, rest = head.partition(b"\r\n\r\n")
            method, _, headers = text.partition(b" ")
            headers = dict(line.lower().split(b":", 1) for line in headers.split(b"\r\n")[1:])
            length = int(headers.get(b"content-length", b"0"))
            if b"expect" in headers:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            left = length - len(rest)
            head = rest[length:]
            while left > 0:
                got = connection.recv_into(buffer[: min(left, len(buffer))])
                if not got:
                    return
                left -= got
            connection.sendall(answer(method, text, length))


def answer(method, head, length):
    if method == b"PUT":
        with lock:
            counted["objects"] += 1
            counted["bytes"] += length
        return OK
    if method == b"GET" and b" /counted " in head:
        body = b"%d %d" % (counted["objects"], counted["bytes"])
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    return OK if method == b"HEAD" else UNKNOWN


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    # Ends with whoever started it.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
