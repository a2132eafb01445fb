package dev.braid.linux.uevent;

import com.sun.jna.Memory;
import dev.braid.linux.libc.Abi.Bpf;
import dev.braid.linux.libc.Abi.SockFilter;
import dev.braid.linux.libc.Abi.SockFprog;
import dev.braid.linux.libc.Abi.Socket;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A socket's filter: which messages the kernel puts into it at all. Every device that comes or goes
 * sends dozens; a listener woken by each would take processor time from udev just when that, and
 * multipathd after it, are what everybody waits for.
 *
 * <p>It is what the kernel calls classic BPF: a message is taken if all words of one of the forms
 * are where the form says, and dropped if it is of no form.
 */
final class UeventFilter {

  private static final int ALL_OF_IT = -1;
  private static final int NOTHING = 0;

  /** Where udev's header says what it is, and what subsystem the device is of. */
  private static final int UDEV_MAGIC_AT = 8;

  private static final int UDEV_SUBSYSTEM_AT = 24;

  /** udev's hash of {@code block}: MurmurHash2, which it has for such filters. */
  private static final int UDEV_BLOCK = 0xf0031db7;

  /**
   * A word of a message.
   *
   * @param at its offset
   * @param value in network order
   */
  private record Word(int at, int value) {}

  /** One step of the program: it goes on with the next, or so many further. */
  record Instruction(int code, int ifTrue, int ifFalse, int operand) {}

  private final List<List<Word>> forms = new ArrayList<>();

  /** The kernel's messages that begin like this, which must fill whole words. */
  UeventFilter kernel(String beginning) {
    ByteBuffer bytes = ByteBuffer.wrap(beginning.getBytes(StandardCharsets.US_ASCII));
    var words = new ArrayList<Word>();
    while (bytes.hasRemaining()) {
      words.add(new Word(bytes.position(), bytes.getInt()));
    }
    forms.add(words);
    return this;
  }

  /** udev's messages of block devices. */
  UeventFilter udevBlocks() {
    forms.add(
        List.of(
            new Word(UDEV_MAGIC_AT, Uevent.UDEV_MAGIC), new Word(UDEV_SUBSYSTEM_AT, UDEV_BLOCK)));
    return this;
  }

  List<Instruction> program() {
    var program = new ArrayList<Instruction>();
    for (List<Word> form : forms) {
      int left = 2 * form.size();
      for (Word word : form) {
        left -= 2;
        program.add(new Instruction(Bpf.BPF_LD | Bpf.BPF_W | Bpf.BPF_ABS, 0, 0, word.at()));
        // Past the words that are left and the form's own end, to the next form.
        program.add(
            new Instruction(Bpf.BPF_JMP | Bpf.BPF_JEQ | Bpf.BPF_K, 0, left + 1, word.value()));
      }
      program.add(new Instruction(Bpf.BPF_RET | Bpf.BPF_K, 0, 0, ALL_OF_IT));
    }
    program.add(new Instruction(Bpf.BPF_RET | Bpf.BPF_K, 0, 0, NOTHING));
    return program;
  }

  /** From now on; what is in the socket already stays. */
  void attach(Fd socket) throws ErrnoException {
    List<Instruction> program = program();
    try (var code = new Memory((long) SockFilter.SIZE * program.size());
        var frame = new Memory(SockFprog.SIZE)) {
      long at = 0;
      for (Instruction step : program) {
        code.setShort(at + SockFilter.CODE, (short) step.code());
        code.setByte(at + SockFilter.JT, (byte) step.ifTrue());
        code.setByte(at + SockFilter.JF, (byte) step.ifFalse());
        code.setInt(at + SockFilter.K, step.operand());
        at += SockFilter.SIZE;
      }
      frame.clear();
      frame.setShort(SockFprog.LEN, (short) program.size());
      frame.setPointer(SockFprog.FILTER, code);
      Posix.setsockopt(socket, Socket.SOL_SOCKET, Socket.SO_ATTACH_FILTER, frame);
    }
  }
}
