package dev.braid.linux.dm;

/**
 * One line of a map's table, or of its status.
 *
 * @param start in sectors of 512 bytes
 * @param length in sectors of 512 bytes
 * @param type {@code multipath}, {@code linear}, {@code error}
 * @param text the rest of the line, in the form that the type gives it
 */
public record DmTarget(long start, long length, String type, String text) {

  public boolean isMultipath() {
    return type.equals("multipath");
  }
}
