package dev.braid.linux.libc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks the C compiler about every number in {@link Abi}. */
class AbiTest {

  @TempDir Path folder;

  @Test
  @DisplayName("every structure's size and offsets and every constant are those of the C headers")
  void sameAsC() throws Exception {
    Map<String, Long> ours = new LinkedHashMap<>();
    var c = new StringBuilder("#define _GNU_SOURCE\n#include <stdio.h>\n#include <stddef.h>\n");
    var body = new StringBuilder();
    for (Class<?> type : described()) {
      FromC from = type.getAnnotation(FromC.class);
      assertThat(from).as("%s says where its numbers are from", type).isNotNull();
      for (String header : from.headers()) {
        c.append("#include <").append(header).append(">\n");
      }
      for (Field field : type.getDeclaredFields()) {
        if (!isNumber(field)) {
          continue;
        }
        field.setAccessible(true);
        String name = type.getSimpleName() + "." + field.getName();
        ours.put(name, ((Number) field.get(null)).longValue());
        body.append("  printf(\"%s %lld\\n\", \"")
            .append(name)
            .append("\", (long long) (")
            .append(expression(from, field))
            .append("));\n");
      }
    }
    c.append("int main(void) {\n").append(body).append("  return 0;\n}\n");
    assertThat(compiledAndRun(c.toString())).isEqualTo(ours).hasSizeGreaterThan(100);
  }

  private static List<Class<?>> described() {
    var types = new ArrayList<Class<?>>(List.of(Errno.class, Posix.class));
    types.addAll(List.of(Abi.class.getDeclaredClasses()));
    return types;
  }

  private static boolean isNumber(Field field) {
    return Modifier.isStatic(field.getModifiers())
        && Modifier.isFinal(field.getModifiers())
        && Stream.of(int.class, long.class, short.class).anyMatch(t -> t == field.getType());
  }

  private static String expression(FromC from, Field field) {
    if (from.struct().isEmpty()) {
      return field.getName();
    }
    if (field.getName().equals("SIZE")) {
      return "sizeof(" + from.struct() + ")";
    }
    return "offsetof(" + from.struct() + ", " + field.getName().toLowerCase(Locale.ROOT) + ")";
  }

  private Map<String, Long> compiledAndRun(String source) throws Exception {
    Path file = Files.writeString(folder.resolve("abi.c"), source);
    Path program = folder.resolve("abi");
    run(List.of("cc", "-w", "-o", program.toString(), file.toString()));
    Map<String, Long> answers = new LinkedHashMap<>();
    run(List.of(program.toString()))
        .lines()
        .map(line -> line.split(" ", -1))
        .forEach(word -> answers.put(word[0], Long.parseLong(word[1])));
    return answers;
  }

  private static String run(List<String> argv) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
