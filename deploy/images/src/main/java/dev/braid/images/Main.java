package dev.braid.images;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes the images that a list names, one architecture at a time. */
public final class Main {

  private Main() {}

  /**
   * Arguments: ARCHITECTURE, the list (a line each, see {@link ImageLine}), a folder that keeps the
   * layers of base images, an empty one for those of programs.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 4) {
      System.err.println("usage: images ARCHITECTURE LIST BASES PROGRAMS");
      System.exit(2);
    }
    var assembler = new Assembler(arguments[0], Path.of(arguments[2]), Path.of(arguments[3]));
    List<ImageLine> images =
        Files.readAllLines(Path.of(arguments[1])).stream().map(ImageLine::parse).toList();
    for (ImageLine image : images) {
      assembler.make(image);
    }
    // Jib's threads would keep the process for another minute.
    System.exit(0);
  }
}
