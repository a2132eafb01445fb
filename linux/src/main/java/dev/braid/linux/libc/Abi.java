package dev.braid.linux.libc;

/**
 * Every structure and number of the kernel's interface that Braid uses, in one place, so that one
 * test can compare them all with the C compiler. A new one needs nothing but its class here.
 *
 * <p>All are those of 64-bit Linux (x86-64 and arm64).
 */
@SuppressWarnings("MissingSummary") // the members are documented where they are used, and in C
public final class Abi {

  private Abi() {}

  /** The SCSI generic driver's numbers. */
  @FromC(headers = {"stddef.h", "scsi/sg.h"})
  public static final class Sg {
    public static final int SG_DXFER_NONE = -1;
    public static final int SG_DXFER_FROM_DEV = -3;

    private Sg() {}
  }

  @FromC(
      headers = {"stddef.h", "scsi/sg.h"},
      struct = "struct sg_io_hdr")
  public static final class SgIoHdr {
    public static final int SIZE = 88;
    public static final int INTERFACE_ID = 0;
    public static final int DXFER_DIRECTION = 4;
    public static final int CMD_LEN = 8;
    public static final int MX_SB_LEN = 9;
    public static final int IOVEC_COUNT = 10;
    public static final int DXFER_LEN = 12;
    public static final int DXFERP = 16;
    public static final int CMDP = 24;
    public static final int SBP = 32;
    public static final int TIMEOUT = 40;
    public static final int FLAGS = 44;
    public static final int PACK_ID = 48;
    public static final int USR_PTR = 56;
    public static final int STATUS = 64;
    public static final int SB_LEN_WR = 67;
    public static final int HOST_STATUS = 68;
    public static final int DRIVER_STATUS = 70;
    public static final int RESID = 72;
    public static final int DURATION = 76;
    public static final int INFO = 80;

    private SgIoHdr() {}
  }

  /** Device-mapper's ioctls, flags and bounds. */
  @FromC(headers = "linux/dm-ioctl.h")
  public static final class Dm {
    public static final int DM_NAME_LEN = 128;
    public static final int DM_UUID_LEN = 129;
    public static final int DM_MAX_TYPE_NAME = 16;

    public static final long DM_VERSION = 0xc138fd00L;
    public static final long DM_LIST_DEVICES = 0xc138fd02L;
    public static final long DM_DEV_REMOVE = 0xc138fd04L;
    public static final long DM_DEV_SUSPEND = 0xc138fd06L;
    public static final long DM_DEV_STATUS = 0xc138fd07L;
    public static final long DM_TABLE_DEPS = 0xc138fd0bL;
    public static final long DM_TABLE_STATUS = 0xc138fd0cL;
    public static final long DM_TARGET_MSG = 0xc138fd0eL;

    public static final int DM_READONLY_FLAG = 1;
    public static final int DM_SUSPEND_FLAG = 1 << 1;
    public static final int DM_STATUS_TABLE_FLAG = 1 << 4;
    public static final int DM_ACTIVE_PRESENT_FLAG = 1 << 5;
    public static final int DM_BUFFER_FULL_FLAG = 1 << 8;
    public static final int DM_DEFERRED_REMOVE = 1 << 17;

    private Dm() {}
  }

  @FromC(headers = "linux/dm-ioctl.h", struct = "struct dm_ioctl")
  public static final class DmIoctl {
    public static final int SIZE = 312;
    public static final int VERSION = 0;
    public static final int DATA_SIZE = 12;
    public static final int DATA_START = 16;
    public static final int TARGET_COUNT = 20;
    public static final int OPEN_COUNT = 24;
    public static final int FLAGS = 28;
    public static final int EVENT_NR = 32;
    public static final int DEV = 40;
    public static final int NAME = 48;
    public static final int UUID = 176;
    public static final int DATA = 305;

    private DmIoctl() {}
  }

  @FromC(headers = "linux/dm-ioctl.h", struct = "struct dm_name_list")
  public static final class DmNameList {
    public static final int DEV = 0;
    public static final int NEXT = 8;
    public static final int NAME = 12;

    private DmNameList() {}
  }

  @FromC(headers = "linux/dm-ioctl.h", struct = "struct dm_target_spec")
  public static final class DmTargetSpec {
    public static final int SIZE = 40;
    public static final int SECTOR_START = 0;
    public static final int LENGTH = 8;
    public static final int STATUS = 16;
    public static final int NEXT = 20;
    public static final int TARGET_TYPE = 24;

    private DmTargetSpec() {}
  }

  @FromC(headers = "linux/dm-ioctl.h", struct = "struct dm_target_deps")
  public static final class DmTargetDeps {
    public static final int COUNT = 0;
    public static final int DEV = 8;

    private DmTargetDeps() {}
  }

  @FromC(headers = "linux/dm-ioctl.h", struct = "struct dm_target_msg")
  public static final class DmTargetMsg {
    public static final int SECTOR = 0;
    public static final int MESSAGE = 8;

    private DmTargetMsg() {}
  }

  /** What every block device answers. */
  @FromC(headers = "linux/fs.h")
  public static final class Block {
    public static final long BLKROGET = 0x125e;
    public static final long BLKFLSBUF = 0x1261;
    public static final long BLKSSZGET = 0x1268;
    public static final long BLKGETSIZE64 = 0x80081272L;

    private Block() {}
  }

  /** The kernel's flags for mount(2). */
  @FromC(headers = "sys/mount.h")
  public static final class Mount {
    public static final int MS_RDONLY = 1;
    public static final int MS_NOSUID = 2;
    public static final int MS_NODEV = 4;
    public static final int MS_NOEXEC = 8;
    public static final int MS_SYNCHRONOUS = 16;
    public static final int MS_REMOUNT = 32;
    public static final int MS_DIRSYNC = 128;
    public static final int MS_NOATIME = 1024;
    public static final int MS_NODIRATIME = 2048;
    public static final int MS_BIND = 4096;
    public static final int MS_RELATIME = 1 << 21;
    public static final int MS_STRICTATIME = 1 << 24;
    public static final int UMOUNT_NOFOLLOW = 8;
    public static final int OPEN_TREE_CLONE = 1;
    public static final int OPEN_TREE_CLOEXEC = 0x80000;
    public static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    public static final int MOUNT_ATTR_RDONLY = 1;

    private Mount() {}
  }

  @FromC(headers = "sys/mount.h", struct = "struct mount_attr")
  public static final class MountAttr {
    public static final int SIZE = 32;
    public static final int ATTR_SET = 0;

    private MountAttr() {}
  }

  /** Calls that the C library has no function for; the same numbers on x86-64 and arm64. */
  @FromC(headers = {"sys/syscall.h", "fcntl.h"})
  public static final class Syscalls {
    public static final int SYS_open_tree = 428;
    public static final int SYS_move_mount = 429;
    public static final int SYS_mount_setattr = 442;
    public static final int AT_FDCWD = -100;
    public static final int AT_EMPTY_PATH = 0x1000;

    private Syscalls() {}
  }

  /** Locks that belong to an open file description. */
  @FromC(headers = "fcntl.h")
  public static final class Lock {
    public static final int F_RDLCK = 0;
    public static final int F_WRLCK = 1;
    public static final int F_UNLCK = 2;
    public static final int F_OFD_SETLK = 37;

    private Lock() {}
  }

  @FromC(headers = "fcntl.h", struct = "struct flock")
  public static final class Flock {
    public static final int SIZE = 32;
    public static final int L_TYPE = 0;
    public static final int L_WHENCE = 2;
    public static final int L_START = 8;
    public static final int L_LEN = 16;
    public static final int L_PID = 24;

    private Flock() {}
  }

  @FromC(headers = "poll.h", struct = "struct pollfd")
  public static final class PollFd {
    public static final int SIZE = 8;
    public static final int FD = 0;
    public static final int EVENTS = 4;
    public static final int REVENTS = 6;

    private PollFd() {}
  }

  /** Numbers about files. */
  @FromC(headers = {"fcntl.h", "sys/stat.h"})
  public static final class File {
    public static final int AT_FDCWD = -100;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int STATX_NLINK = 0x4;
    public static final int STATX_BLOCKS = 0x400;

    private File() {}
  }

  @FromC(headers = "sys/stat.h", struct = "struct statx")
  public static final class Statx {
    public static final int SIZE = 256;
    public static final int STX_NLINK = 16;
    public static final int STX_BLOCKS = 48;

    private Statx() {}
  }

  /** The loop driver's ioctls and flags. */
  @FromC(headers = "linux/loop.h")
  public static final class Loop {
    public static final int LOOP_CLR_FD = 0x4C01;
    public static final int LOOP_GET_STATUS64 = 0x4C05;
    public static final int LOOP_SET_CAPACITY = 0x4C07;
    public static final int LOOP_CONFIGURE = 0x4C0A;
    public static final int LOOP_CTL_GET_FREE = 0x4C82;
    public static final int LO_FLAGS_DIRECT_IO = 16;

    private Loop() {}
  }

  @FromC(headers = "linux/loop.h", struct = "struct loop_config")
  public static final class LoopConfig {
    public static final int SIZE = 304;
    public static final int FD = 0;
    public static final int BLOCK_SIZE = 4;
    public static final int INFO = 8;

    private LoopConfig() {}
  }

  @FromC(headers = "linux/loop.h", struct = "struct loop_info64")
  public static final class LoopInfo {
    public static final int SIZE = 232;
    public static final int LO_DEVICE = 0;
    public static final int LO_RDEVICE = 16;
    public static final int LO_FLAGS = 52;
    public static final int LO_FILE_NAME = 56;

    private LoopInfo() {}
  }

  /** Sockets: families, kinds, options and flags. */
  @FromC(headers = {"sys/socket.h", "linux/netlink.h"})
  public static final class Socket {
    public static final int AF_UNIX = 1;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_RAW = 3;
    public static final int NETLINK_KOBJECT_UEVENT = 15;
    public static final int SOL_SOCKET = 1;
    public static final int SO_SNDTIMEO = 21;
    public static final int SO_ATTACH_FILTER = 26;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_NOSIGNAL = 0x4000;

    private Socket() {}
  }

  @FromC(headers = "sys/statvfs.h", struct = "struct statvfs")
  public static final class Statvfs {
    public static final int SIZE = 112;
    public static final int F_FRSIZE = 8;
    public static final int F_BLOCKS = 16;
    public static final int F_BFREE = 24;
    public static final int F_BAVAIL = 32;
    public static final int F_FILES = 40;
    public static final int F_FFREE = 48;
    public static final int F_FAVAIL = 56;

    private Statvfs() {}
  }

  /** Of sockets over IPv4. */
  @FromC(headers = {"sys/socket.h", "netinet/in.h"})
  public static final class Inet {
    public static final int AF_INET = 2;
    public static final int IPPROTO_IP = 0;
    public static final int IPPROTO_ICMP = 1;
    public static final int IP_MTU_DISCOVER = 10;
    public static final int IP_PMTUDISC_PROBE = 3;

    private Inet() {}
  }

  @FromC(headers = "netinet/in.h", struct = "struct sockaddr_in")
  public static final class SockaddrIn {
    public static final int SIZE = 16;
    public static final int SIN_FAMILY = 0;
    public static final int SIN_PORT = 2;
    public static final int SIN_ADDR = 4;

    private SockaddrIn() {}
  }

  @FromC(headers = "sys/un.h", struct = "struct sockaddr_un")
  public static final class SockaddrUn {
    public static final int SIZE = 110;
    public static final int SUN_FAMILY = 0;
    public static final int SUN_PATH = 2;

    private SockaddrUn() {}
  }

  @FromC(
      headers = {"sys/socket.h", "linux/netlink.h"},
      struct = "struct sockaddr_nl")
  public static final class SockaddrNl {
    public static final int SIZE = 12;
    public static final int NL_FAMILY = 0;
    public static final int NL_PID = 4;
    public static final int NL_GROUPS = 8;

    private SockaddrNl() {}
  }

  @FromC(headers = "linux/filter.h", struct = "struct sock_filter")
  public static final class SockFilter {
    public static final int SIZE = 8;
    public static final int CODE = 0;
    public static final int JT = 2;
    public static final int JF = 3;
    public static final int K = 4;

    private SockFilter() {}
  }

  @FromC(headers = "linux/filter.h", struct = "struct sock_fprog")
  public static final class SockFprog {
    public static final int SIZE = 16;
    public static final int LEN = 0;
    public static final int FILTER = 8;

    private SockFprog() {}
  }

  @FromC(headers = "linux/filter.h")
  public static final class Bpf {
    public static final int BPF_LD = 0;
    public static final int BPF_JMP = 5;
    public static final int BPF_RET = 6;
    public static final int BPF_W = 0;
    public static final int BPF_ABS = 0x20;
    public static final int BPF_JEQ = 0x10;
    public static final int BPF_K = 0;

    private Bpf() {}
  }

  @FromC(headers = "sys/time.h", struct = "struct timeval")
  public static final class Timeval {
    public static final int SIZE = 16;
    public static final int TV_SEC = 0;
    public static final int TV_USEC = 8;

    private Timeval() {}
  }
}
