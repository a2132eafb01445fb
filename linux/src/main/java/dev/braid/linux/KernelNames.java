package dev.braid.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Names of files as the kernel writes them into its own files (mountinfo, swaps, a loop device's
 * backing file). To it a name is bytes, in no encoding, and anybody may mount or open something by
 * any. One that cannot be read as text must neither end a look at all the others nor be passed
 * over: it may be what holds a device.
 */
public final class KernelNames {

  private static final int ASCII = 0x80;

  /** The longest that one byte becomes: {@code \xNN}. */
  private static final int SHOWN = 4;

  private KernelNames() {}

  /** A file of the kernel's, each byte of it as one character. */
  public static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  /** As mountinfo and swaps have it: blanks and backslashes as a backslash and three digits. */
  public static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    var plain = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length() && isOctal(field, i + 1)) {
        plain.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  private static boolean isOctal(String text, int from) {
    return text.substring(from, from + 3).chars().allMatch(c -> c >= '0' && c <= '7');
  }

  /**
   * A name to be shown: UTF-8 as the text that it is, any other byte as {@code \xNN}.
   *
   * @param name each byte as one character
   */
  public static String text(String name) {
    if (isAscii(name)) {
      return name;
    }
    var decoder = StandardCharsets.UTF_8.newDecoder(); // it stops at what it cannot read
    ByteBuffer bytes = ByteBuffer.wrap(name.getBytes(StandardCharsets.ISO_8859_1));
    CharBuffer text = CharBuffer.allocate(SHOWN * bytes.remaining());
    while (decoder.decode(bytes, text, true).isMalformed()) {
      text.put(shown(bytes.get()));
    }
    return text.flip().toString();
  }

  private static boolean isAscii(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) >= ASCII) {
        return false;
      }
    }
    return true;
  }

  /**
   * A name as a path. It equals the path that a caller names by text, if that is UTF-8, as all that
   * comes by gRPC is. Where no path can be made of its bytes, or none in the encoding that this
   * program was started with, it is a stand-in that shows them: what has it is seen, and nobody can
   * name it to us anyway.
   *
   * @param name each byte as one character
   */
  public static Path path(String name) {
    try {
      return Path.of(text(name));
    } catch (InvalidPathException e) {
      var shown = new StringBuilder();
      for (byte b : name.getBytes(StandardCharsets.ISO_8859_1)) {
        shown.append((b & 0xff) < ASCII ? String.valueOf((char) b) : shown(b));
      }
      return Path.of(shown.toString());
    }
  }

  private static String shown(byte b) {
    return String.format("\\x%02x", b & 0xff);
  }
}
