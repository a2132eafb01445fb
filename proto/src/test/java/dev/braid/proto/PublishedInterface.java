package dev.braid.proto;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.ExtensionRegistry;
import dev.braid.proto.csi.v1.Csi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The interface as its publisher's Go module has it, fetched by {@code go}, read by protoc. */
final class PublishedInterface {

  private static final Pattern DIR = Pattern.compile("\"Dir\": \"([^\"]+)\"");

  private PublishedInterface() {}

  static FileDescriptorProto csi(String version, Path scratch)
      throws IOException, InterruptedException {
    return of("github.com/container-storage-interface/spec@" + version, "csi.proto", scratch);
  }

  /**
   * @param module a Go module with its version
   * @param file in it
   */
  static FileDescriptorProto of(String module, String file, Path scratch)
      throws IOException, InterruptedException {
    String about = run(scratch, List.of("go", "mod", "download", "-json", module));
    Matcher dir = DIR.matcher(about);
    if (!dir.find()) {
      throw new IOException("go names no folder: " + about);
    }
    Path protoc = Path.of("target/protoc/protoc").toAbsolutePath();
    if (!protoc.toFile().setExecutable(true)) {
      throw new IOException(protoc + " is not there: run 'mvn verify', which copies it");
    }
    Path source = Path.of(dir.group(1)).resolve(file);
    Path out = scratch.resolve("interface.pb");
    for (String imported : List.of("descriptor", "timestamp", "wrappers")) {
      String name = "google/protobuf/" + imported + ".proto";
      try (InputStream in =
          requireNonNull(FileDescriptorProto.class.getClassLoader()).getResourceAsStream(name)) {
        Files.createDirectories(scratch.resolve("google/protobuf"));
        Files.copy(requireNonNull(in), scratch.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    run(
        scratch,
        List.of(
            protoc.toString(),
            "-I" + source.getParent(),
            "-I" + scratch,
            "--descriptor_set_out=" + out,
            String.valueOf(source.getFileName())));
    return FileDescriptorSet.parseFrom(Files.readAllBytes(out), marks()).getFile(0);
  }

  /** The options that the interface itself defines, csi_secret above all. */
  static ExtensionRegistry marks() {
    var registry = ExtensionRegistry.newInstance();
    Csi.registerAllExtensions(registry);
    return registry;
  }

  private static String run(Path folder, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
    return output;
  }
}
