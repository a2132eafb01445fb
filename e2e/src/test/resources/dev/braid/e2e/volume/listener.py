"""Listens at the portals' port in a target's place: `redirect ADDRESS`, or `greet`."""

import socket
import sys

LOGIN = 48
RESPONSE = 0x23
MOVED_FOR_NOW = (1, 1)


def exactly(connection, count):
    return connection.recv(count, socket.MSG_WAITALL)


def redirect(connection, address):
    header = exactly(connection, LOGIN)
    if len(header) < LOGIN:
        return
    exactly(connection, int.from_bytes(header[5:8], "big") + 3 & ~3)
    text = f"TargetAddress={address}".encode() + b"\0"
    answer = bytearray(LOGIN)
    answer[0] = RESPONSE
    answer[5:8] = len(text).to_bytes(3, "big")
    answer[8:14] = header[8:14]  # the session's half that the initiator chose
    answer[16:20] = header[16:20]  # its task
    answer[28:32] = header[24:28]  # its command number
    answer[36:38] = MOVED_FOR_NOW
    connection.sendall(bytes(answer) + text + b"\0" * (-len(text) % 4))


server = socket.create_server(("", 3260))
while True:
    connection, _ = server.accept()
    with connection:
        if sys.argv[1] == "redirect":
            redirect(connection, sys.argv[2])
        else:
            connection.sendall(b"220 this is another service, and speaks another language\r\n")
