package dev.braid.images;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes the images that a list names, one architecture at a time. */
public final class Main {

  private Main() {}

  /**
   * Arguments: ARCHITECTURE, the list (a line each, see {@link ImageLine}), a folder for layers.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3) {
      System.err.println("usage: images ARCHITECTURE LIST CACHE");
      System.exit(2);
    }
    var assembler = new Assembler(arguments[0], Path.of(arguments[2]));
    List<ImageLine> images =
        Files.readAllLines(Path.of(arguments[1])).stream().map(ImageLine::parse).toList();
    for (ImageLine image : images) {
      assembler.make(image);
    }
    // Jib's threads would keep the process for another minute.
    System.exit(0);
  }
}
