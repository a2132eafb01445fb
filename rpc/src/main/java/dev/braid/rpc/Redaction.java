package dev.braid.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import dev.braid.proto.csi.v1.Csi;
import java.util.List;
import java.util.Set;

/**
 * A message as one line of text, without its secrets (rule 20).
 *
 * <p>What is secret is read from the message's own description: a field that the interface marks
 * {@code csi_secret}, one that is called as secrets are called, and mount flags, which the
 * specification says may hold some. So a field that a later version adds is covered on the day it
 * is added, and no handler strips anything by hand.
 */
final class Redaction {

  private static final String HIDDEN = "(hidden)";
  private static final int MAX_LENGTH = 4000;
  private static final Set<String> SECRET_NAMES =
      Set.of("secret", "secrets", "password", "passwords", "chap", "mount_flags");

  private Redaction() {}

  static String text(Object message) {
    if (!(message instanceof Message protobuf)) {
      return message.getClass().getSimpleName();
    }
    var text = new StringBuilder();
    message(protobuf, text);
    if (text.length() > MAX_LENGTH) {
      text.setLength(MAX_LENGTH);
      text.append("...");
    }
    return text.toString();
  }

  private static void message(Message message, StringBuilder text) {
    text.append('{');
    String separator = "";
    for (var field : message.getAllFields().entrySet()) {
      text.append(separator).append(field.getKey().getName()).append(": ");
      if (secret(field.getKey())) {
        text.append(HIDDEN);
      } else {
        value(field.getValue(), text);
      }
      separator = ", ";
    }
    text.append('}');
  }

  private static void value(Object value, StringBuilder text) {
    if (value instanceof List<?> list) {
      text.append('[');
      String separator = "";
      for (Object element : list) {
        text.append(separator);
        value(element, text);
        separator = ", ";
      }
      text.append(']');
    } else if (value instanceof MapEntry<?, ?> entry) {
      String key = String.valueOf(entry.getKey());
      text.append(printable(key)).append('=');
      if (secretKey(key)) {
        text.append(HIDDEN);
      } else {
        value(entry.getValue(), text);
      }
    } else if (value instanceof Message message) {
      message(message, text);
    } else if (value instanceof EnumValueDescriptor constant) {
      text.append(constant.getName());
    } else if (value instanceof ByteString bytes) {
      text.append(bytes.size()).append(" bytes");
    } else if (value instanceof String string) {
      text.append('"').append(printable(string)).append('"');
    } else {
      text.append(value);
    }
  }

  private static boolean secret(FieldDescriptor field) {
    return field.getOptions().getExtension(Csi.csiSecret) || SECRET_NAMES.contains(field.getName());
  }

  /** In maps that are not marked, such as parameters, somebody may still put one by mistake. */
  private static boolean secretKey(String key) {
    String lower = key.toLowerCase(java.util.Locale.ROOT);
    return lower.endsWith("password") || lower.endsWith("secret") || lower.endsWith("token");
  }

  /** Control characters would let a caller write lines of its own into the log. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?").replace("\"", "'");
  }
}
