#!/usr/bin/python3
"""Attaches and detaches LUNs on this node in one of three ways, and says how long each took.

usage: subjects.py floor | osbrick | braid

floor    what a script could do at the least: scan writes, wait until device-mapper has the map with
         all paths; remove the map by its name, delete the devices
osbrick  os-brick's ISCSIConnector with use_multipath, without its privilege daemon: this is root
braid    the CSI calls of the node plugin, over its socket on this machine

A request is a line on stdin, its answer one on stdout. LUN is

    WWID|NUMBER|TARGET|ADDRESS:PORT,TAG+...|STAGE|UNSTAGE

STAGE and UNSTAGE are the plugin's requests in base64. Requests:

    prepare LUN...              what is not measured: see below
    attach LUN... | detach LUN...            all at once, the sessions are up and stay
    attach-cold LUN | detach-last LUN        with login and logout
    probe                                    an empty call of the plugin
    without-map                              how often os-brick gave one path and no map since it
                                             was asked last
    lacking                                  how often it gave a map before that had all paths
    calls                                    what its calls of the last attach took by themselves
    metrics PORT                             the plugin's metrics, one line

The answer to what is measured is "ok PROCESSES MILLIS...", a number for each LUN from the start of
the request; to the others "ok" with a text; or "failed WHY".

PROCESSES are those that the program under measure started, with their children: by the kernel's
own word on every fork, so that none is too short-lived. udev's workers, iscsid and multipathd are
not its descendants.

Not measured: the node records of attach-cold, which are made beforehand for the floor alone; the
WWID, which is put on multipath's list of known ones for the floor and taken off for the others, who
add it themselves. Before an answer udev and multipathd have come to rest, so that no subject pays
for the one before it; the node plugin runs on while the others have their turn. An attach by which
os-brick made no map: it is taken back and begun anew, so it has no part in times and processes.

All three are timed until the map has all paths. os-brick's call may return before that: then its
time goes on, and "calls" has the time of the call.
"""

import base64
import errno
import fcntl
import glob
import os
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time

PATIENCE = 600
TRIES = 5  # of an attach that makes no map
WWIDS = "/etc/multipath/wwids"
SOCKET = "unix:///run/braid/csi.sock"


class Failed(Exception):
    """What was asked for did not come about."""


class Lun:
    def __init__(self, text):
        wwid, number, target, portals, stage, unstage = text.split("|")
        self.wwid = wwid
        self.number = int(number)
        self.target = target
        self.portals = [tuple(portal.split(",")) for portal in portals.split("+")]
        self.stage = base64.b64decode(stage)
        self.unstage = base64.b64decode(unstage)


def read(path):
    """A file's text; empty where it has gone meanwhile."""
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def run(*argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Failed("%s: exit code %d: %s" % (" ".join(argv), done.returncode, done.stdout))
    return done.stdout


def side_by_side(works):
    """Runs them in a thread each, waits for all, raises the first failure."""
    failures = []

    def guarded(work):
        try:
            work()
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


# The kernel


class DeviceMapper:
    """Asked by ioctl, as a look by dmsetup would cost a process."""

    TABLE_STATUS = 12
    TABLE = 1 << 4
    SUSPENDED = 1 << 1
    ACTIVE = 1 << 5
    SIZE = 1 << 14

    def __init__(self):
        self.control = os.open("/dev/mapper/control", os.O_RDWR)

    def paths(self, wwid):
        """How many paths the LUN's map has in the table in use; -1 if there is no such map."""
        uuid = ("mpath-" + wwid).encode()
        # version, data_size, data_start, target_count, open_count, flags, event_nr, padding, dev
        head = struct.pack("=3I3Ii3IQ", 4, 0, 0, self.SIZE, 312, 0, 0, self.TABLE, 0, 0, 0)
        data = bytearray(head + bytes(128) + uuid.ljust(129, b"\0"))
        data += bytes(self.SIZE - len(data))
        request = 3 << 30 | 312 << 16 | 0xFD << 8 | self.TABLE_STATUS
        try:
            fcntl.ioctl(self.control, request, data)
        except OSError as failure:
            if failure.errno == errno.ENXIO:
                return -1
            raise
        start, targets, _, flags = struct.unpack_from("=2IiI", data, 16)
        if not flags & self.ACTIVE or flags & self.SUSPENDED or targets != 1:
            return 0
        table = data[start + 40 :].split(b"\0", 1)[0].decode()
        return len(re.findall(r"\b\d+:\d+\b", table))


class Forks:
    """Every fork of this machine, by the kernel's process connector. Read after the measured part,
    so that the reading costs it nothing."""

    LISTEN = 1
    FORK = 1

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 11)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE
        self.socket.bind((0, 1))
        body = struct.pack("=4I2HI", 1, 1, 0, 0, 4, 0, self.LISTEN)
        self.socket.send(struct.pack("=I2H2I", 16 + len(body), 3, 0, 0, 0) + body)
        self.socket.setblocking(False)

    def drain(self):
        """The forks since the last call: pairs of process ids, parent and child."""
        forks = []
        while True:
            try:
                event = self.socket.recv(4096)
            except BlockingIOError:
                return forks
            if len(event) >= 68 and struct.unpack_from("=I", event, 36)[0] == self.FORK:
                _, parent, thread, child = struct.unpack_from("=4I", event, 52)
                if thread == child:  # otherwise it is no process
                    forks.append((parent, child))

    @staticmethod
    def of(root, forks):
        """How many of them were descendants of the root."""
        family = {root}
        for parent, child in forks:
            if parent in family:
                family.add(child)
        return len(family) - 1


class Uevents:
    """The kernel's events of block devices, from when it is opened."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 15)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
        self.socket.bind((0, 1))
        self.socket.setblocking(False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def maps(self, timeout):
        """The kernel names of the maps of which events came; waits for some."""
        names = set()
        select.select([self.socket], [], [], timeout)
        while True:
            try:
                head = self.socket.recv(16384).split(b"\0", 1)[0]
            except BlockingIOError:
                return names
            found = re.search(rb"/block/(dm-\d+)$", head)
            if found:
                names.add(found.group(1).decode())


class Session:
    def __init__(self, id, host, target):
        self.id = id
        self.host = host
        self.target = target

    def address(self, lun):
        return "%s:0:%s:%d" % (self.host, self.target, lun.number)

    def device(self, lun):
        return "/sys/class/scsi_device/%s/device" % self.address(lun)


def sessions(lun):
    """Those through the LUN's portals that are logged in."""
    wanted = {portal for portal, _ in lun.portals}
    found = []
    for folder in glob.glob("/sys/class/iscsi_session/session*"):
        id = folder.rsplit("session", 1)[1]
        to = "/sys/class/iscsi_connection/connection%s:0/persistent_" % id
        portal = read(to + "address") + ":" + read(to + "port")
        if (
            read(folder + "/targetname") == lun.target
            and portal in wanted
            and read(folder + "/state") == "LOGGED_IN"
        ):
            host = re.search(r"/host(\d+)/", os.path.realpath(folder) + "/").group(1)
            found.append(Session(id, host, read(folder + "/target_id")))
    return found


# The subjects


class Floor:
    """What a person's script does: scan and wait; flush by name, with multipath, and delete."""

    def __init__(self):
        self.dm = DeviceMapper()

    def root(self):
        return os.getpid()

    def prepare(self, luns):
        know(luns, True)
        for portal, tag in luns[0].portals:
            node = ("iscsiadm", "-m", "node", "-T", luns[0].target, "-p", portal + "," + tag)
            if not sessions(luns[0]):
                run(*node, "-o", "new")
                run(*node, "-o", "update", "-n", "node.session.scan", "-v", "manual")
                run(*node, "-o", "update", "-n", "node.startup", "-v", "manual")

    def attach(self, luns):
        began = time.monotonic()
        with Uevents() as events:
            return self.make(luns, sessions(luns[0]), events, began)

    def attach_cold(self, luns):
        began = time.monotonic()
        lun = luns[0]
        with Uevents() as events:
            side_by_side(
                [
                    lambda node=portal + "," + tag: run(
                        "iscsiadm", "-m", "node", "-T", lun.target, "-p", node, "--login"
                    )
                    for portal, tag in lun.portals
                ]
            )
            return self.make(luns, sessions(lun), events, began)

    def make(self, luns, ways, events, began):
        if not ways:
            raise Failed("no session to " + luns[0].target)

        def scan(way):
            for lun in luns:
                write(
                    "/sys/class/scsi_host/host%s/scan" % way.host,
                    "0 %s %d" % (way.target, lun.number),
                )

        side_by_side([lambda way=way: scan(way) for way in ways])
        return self.await_maps(luns, len(ways), events, began)

    def await_maps(self, luns, paths, events, began):
        pending = {lun.wwid for lun in luns}
        took = {}
        look = set(pending)
        while True:
            for wwid in look & pending:
                if self.dm.paths(wwid) >= paths:
                    took[wwid] = time.monotonic() - began
                    pending.discard(wwid)
            if not pending:
                return [took[lun.wwid] for lun in luns]
            if time.monotonic() - began > PATIENCE:
                raise Failed(
                    "no map with %d paths after %d s: %s"
                    % (paths, PATIENCE, {wwid: self.dm.paths(wwid) for wwid in pending})
                )
            names = events.maps(1.0)
            uuids = {read("/sys/block/%s/dm/uuid" % name) for name in names}
            # A second without any event: one may have been lost, so all are looked at.
            look = {uuid[len("mpath-") :] for uuid in uuids} if names else set(pending)

    def detach(self, luns):
        began = time.monotonic()
        self.remove(luns, sessions(luns[0]))
        return [time.monotonic() - began] * len(luns)

    def detach_last(self, luns):
        began = time.monotonic()
        ways = sessions(luns[0])
        self.remove(luns, ways)
        side_by_side(
            [
                lambda id=way.id: run("iscsiadm", "-m", "session", "-r", id, "--logout")
                for way in ways
            ]
        )
        return [time.monotonic() - began]

    def remove(self, luns, ways):
        side_by_side(
            [lambda name=name: run("multipath", "-f", name) for name in self.names(luns)]
        )

        def delete(way):
            for lun in luns:
                write(way.device(lun) + "/delete", "1")
                if os.path.exists(way.device(lun)):
                    raise Failed("deleted and still there: " + way.address(lun))

        side_by_side([lambda way=way: delete(way) for way in ways])

    @staticmethod
    def names(luns):
        """What the LUNs' maps are called."""
        maps = {read(map + "/uuid"): map for map in glob.glob("/sys/block/dm-*/dm")}
        try:
            return [read(maps["mpath-" + lun.wwid] + "/name") for lun in luns]
        except KeyError as missing:
            raise Failed("no map of UUID %s" % missing)

    def tidy(self, luns):
        """After the last logout the records made by hand go."""
        target = luns[0].target
        if not sessions(luns[0]):
            for portal, tag in luns[0].portals:
                if glob.glob("/etc/iscsi/nodes/%s/%s,*" % (target, portal.replace(":", ","))):
                    node = ("-T", target, "-p", portal + "," + tag)
                    run("iscsiadm", "-m", "node", *node, "-o", "delete")
        know(luns, False)


class NoMap(Exception):
    """os-brick made a path and no map."""


class OsBrick:
    LOCKS = "/run/os-brick-bench"

    def __init__(self):
        import os_brick
        from os_brick import privileged
        from os_brick.initiator import connector
        from oslo_config import cfg

        os.makedirs(self.LOCKS, exist_ok=True)
        cfg.CONF([], project="bench", default_config_files=[])
        cfg.CONF.set_override("lock_path", self.LOCKS, "oslo_concurrency")
        os_brick.setup(cfg.CONF)
        privileged.default.set_client_mode(False)
        self.connector = connector.InitiatorConnector.factory("ISCSI", None, use_multipath=True)
        self.devices = {}
        self.without_map = 0
        self.lacking = 0
        self.called = {}
        self.dm = DeviceMapper()

    def root(self):
        return os.getpid()

    def prepare(self, luns):
        know(luns, False)

    def properties(self, lun):
        return {
            "target_discovered": False,
            "target_portal": lun.portals[0][0],
            "target_iqn": lun.target,
            "target_lun": lun.number,
            "target_portals": [portal for portal, _ in lun.portals],
            "target_iqns": [lun.target] * len(lun.portals),
            "target_luns": [lun.number] * len(lun.portals),
        }

    def attach(self, luns):
        """Once in a while it gives up on the map and hands out one path. That is told apart."""
        self.called = {}
        began = time.monotonic()

        def connect(lun):
            self.devices[lun.wwid] = self.connector.connect_volume(self.properties(lun))
            self.called[lun.wwid] = time.monotonic() - began
            if not self.has_map(lun):
                raise NoMap("os-brick gave one path and no map of " + lun.wwid)
            self.await_paths(lun, began)

        return timed(connect, luns)

    def await_paths(self, lun, began):
        """Each of the others waits for them within its call."""
        paths = len(sessions(lun))
        if self.dm.paths(lun.wwid) >= paths:
            return
        self.lacking += 1
        while self.dm.paths(lun.wwid) < paths:
            if time.monotonic() - began > PATIENCE:
                raise Failed("no map of %s with %d paths after %d s" % (lun.wwid, paths, PATIENCE))
            time.sleep(0.01)  # hundredths of what it waits for

    def has_map(self, lun):
        return self.devices[lun.wwid].get("multipath_id") == lun.wwid

    def take_back(self, luns):
        """What an attach did that ended with NoMap."""
        attached = [lun for lun in luns if lun.wwid in self.devices]
        self.without_map += sum(not self.has_map(lun) for lun in attached)
        self.detach(attached)

    def counted_without_map(self):
        counted, self.without_map = self.without_map, 0
        return counted

    def calls(self):
        return list(self.called.values())

    def counted_lacking(self):
        counted, self.lacking = self.lacking, 0
        return counted

    def detach(self, luns):
        return timed(
            lambda lun: self.connector.disconnect_volume(
                self.properties(lun), self.devices.pop(lun.wwid)
            ),
            luns,
        )

    attach_cold = attach
    detach_last = detach

    def tidy(self, luns):
        know(luns, False)


class Braid:
    def __init__(self):
        os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"  # it would look at each fork of ours
        import grpc

        self.grpc = grpc
        # As kubelet does it, without a name to verify.
        self.channel = grpc.insecure_channel(
            SOCKET, options=[("grpc.default_authority", "localhost")]
        )

    def root(self):
        return int(run("systemctl", "show", "-p", "MainPID", "--value", "braid-node"))

    def prepare(self, luns):
        know(luns, False)

    def method(self, name):
        return self.channel.unary_unary(
            "/csi.v1." + name, request_serializer=None, response_deserializer=None
        )

    def call(self, name, request):
        try:
            self.method(name)(request, timeout=PATIENCE)
        except self.grpc.RpcError as failure:
            raise Failed("%s: %s: %s" % (name, failure.code().name, failure.details()))

    def attach(self, luns):
        return timed(lambda lun: self.call("Node/NodeStageVolume", lun.stage), luns)

    def detach(self, luns):
        return timed(lambda lun: self.call("Node/NodeUnstageVolume", lun.unstage), luns)

    attach_cold = attach
    detach_last = detach

    def probe(self):
        began = time.monotonic()
        self.call("Identity/Probe", b"")
        return [time.monotonic() - began]

    def tidy(self, luns):
        """What it prunes after its answer would be missing from the next one's attach."""
        end = time.monotonic() + PATIENCE
        while any("/" + lun.wwid + "/" in read(WWIDS) for lun in luns):
            if time.monotonic() > end:
                raise Failed("not pruned: %s" % [lun.wwid for lun in luns])
            time.sleep(0.1)


def timed(work, luns):
    """All at once; of each how long after the start it was done, in seconds."""
    took = {}
    began = time.monotonic()

    def one(lun):
        work(lun)
        took[lun.wwid] = time.monotonic() - began

    if len(luns) == 1:
        one(luns[0])
    else:
        side_by_side([lambda lun=lun: one(lun) for lun in luns])
    return [took[lun.wwid] for lun in luns]


# What is not measured


def know(luns, known):
    """Whether multipath takes these WWIDs for ones it has made maps for already."""
    marks = ["/" + lun.wwid + "/" for lun in luns]
    lines = [line for line in read(WWIDS).splitlines() if line not in marks]
    lines += marks if known else []
    text = "".join(line + "\n" for line in lines)
    if text.strip() != read(WWIDS):
        with open(WWIDS, "r+" if os.path.exists(WWIDS) else "w+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)  # as multipath-tools do
            file.truncate(0)
            file.write(text)


def multipathd(question):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as daemon:
        daemon.settimeout(PATIENCE)
        daemon.connect("\0/org/kernel/linux/storage/multipathd")
        text = question.encode() + b"\0"
        daemon.sendall(struct.pack("@N", len(text)) + text)
        with daemon.makefile("rb") as answer:
            length = struct.unpack("@N", answer.read(struct.calcsize("@N")))[0]
            return answer.read(length).rstrip(b"\0").decode()


def rest(luns, attached):
    """Until udev has nothing left to do and multipathd has seen what there is."""
    end = time.monotonic() + PATIENCE
    while True:
        run("udevadm", "settle", "--timeout=%d" % PATIENCE)
        paths = multipathd("show paths raw format %w").split()
        maps = multipathd("show maps raw format %w").split()
        if attached:
            done = all(
                paths.count(lun.wwid) >= len(sessions(lun)) and lun.wwid in maps for lun in luns
            )
        else:
            done = not any(lun.wwid in paths or lun.wwid in maps for lun in luns)
        if done:
            return
        if time.monotonic() > end:
            raise Failed(
                "multipathd has not come to rest: paths %s, maps %s, of %s"
                % (
                    [paths.count(lun.wwid) for lun in luns],
                    [maps.count(lun.wwid) for lun in luns],
                    [lun.wwid for lun in luns],
                )
            )
        time.sleep(0.05)  # multipathd tells nobody


def measured(subject, forks, work):
    root = subject.root()
    forks.drain()
    took = work()
    return line(Forks.of(root, forks.drain()), took)


def line(processes, took):
    return "%d %s" % (processes, " ".join("%.3f" % (seconds * 1000) for seconds in took))


def attach(subject, forks, luns, work):
    for left in reversed(range(TRIES)):
        subject.prepare(luns)
        rest(luns, False)
        try:
            said = measured(subject, forks, lambda: work(luns))
        except NoMap:
            subject.take_back(luns)
            if not left:
                raise
        else:
            rest(luns, True)
            return said


def metrics(port):
    import urllib.request

    with urllib.request.urlopen("http://127.0.0.1:%s/metrics" % port, timeout=30) as answer:
        return answer.read().decode().replace("\n", ";")


def answer(subject, forks, words):
    verb, arguments = words[0], words[1:]
    if verb == "probe":
        return measured(subject, forks, subject.probe)
    if verb == "without-map":
        return str(subject.counted_without_map())
    if verb == "lacking":
        return str(subject.counted_lacking())
    if verb == "calls":
        return line(0, subject.calls())
    if verb == "metrics":
        return metrics(arguments[0])
    luns = [Lun(text) for text in arguments]
    if verb in ("attach", "attach-cold"):
        return attach(subject, forks, luns, getattr(subject, verb.replace("-", "_")))
    if verb in ("detach", "detach-last"):
        said = measured(subject, forks, lambda: getattr(subject, verb.replace("-", "_"))(luns))
        subject.tidy(luns)
        rest(luns, False)
        return said
    raise Failed("no such request: " + verb)


def main():
    subject = {"floor": Floor, "osbrick": OsBrick, "braid": Braid}[sys.argv[1]]()
    forks = Forks()
    print("ok ready", flush=True)
    for line in sys.stdin:
        try:
            print("ok", answer(subject, forks, line.split()), flush=True)
        except Exception as failure:  # whatever it is, who asked is to hear of it
            text = "%s: %s" % (type(failure).__name__, failure)
            print("failed", " ".join(text.split()), flush=True)


main()
