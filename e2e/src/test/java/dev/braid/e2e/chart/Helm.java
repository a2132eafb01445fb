package dev.braid.e2e.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real Helm, and what it makes of the chart. */
final class Helm {

  static final Path CHART = Repository.root().resolve("charts/braid");

  private static final YAMLMapper YAML = new YAMLMapper();

  /** What a program said, errors among it, and how it ended. */
  record Said(int exit, String text) {}

  private Helm() {}

  static Said run(List<String> arguments) throws IOException, InterruptedException {
    return start("deploy/helm", arguments);
  }

  static Said start(String script, List<String> arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(Repository.root().resolve(script).toString()));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  /** The chart with these values, {@code KEY=VALUE} each, and the least that it must be given. */
  static Said template(String... values) throws IOException, InterruptedException {
    var all = new ArrayList<>(List.of("topology.existingConfigMap=t", "tls.existingSecret=s"));
    all.addAll(List.of(values));
    return templateOf(all.toArray(String[]::new));
  }

  /** The chart with just these values. */
  static Said templateOf(String... values) throws IOException, InterruptedException {
    var arguments =
        new ArrayList<>(
            List.of(
                "template",
                "braid",
                CHART.toString(),
                "--namespace=braid-system",
                "--kube-version=1.36.3"));
    for (String value : values) {
      arguments.add("--set");
      arguments.add(value);
    }
    return run(arguments);
  }

  static Objects objects(Said said) throws IOException {
    if (said.exit() != 0) {
      throw new AssertionError(said.text());
    }
    return Objects.of(said.text());
  }

  /** Kubernetes objects, as a file has them. */
  record Objects(List<JsonNode> all) {

    static Objects of(String text) throws IOException {
      try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
        return new Objects(
            documents.readAll().stream().filter(d -> d != null && d.isObject()).toList());
      }
    }

    List<JsonNode> kind(String kind) {
      return all.stream().filter(o -> o.path("kind").asText().equals(kind)).toList();
    }

    /** The one of its kind with that name; missing, if it is not there. */
    JsonNode one(String kind, String name) {
      return kind(kind).stream()
          .filter(o -> o.at("/metadata/name").asText().equals(name))
          .findFirst()
          .orElse(MissingNode.getInstance());
    }

    /** Every container, of every workload. */
    List<JsonNode> containers() {
      var containers = new ArrayList<JsonNode>();
      for (JsonNode object : all) {
        object.at("/spec/template/spec/containers").forEach(containers::add);
        object.at("/spec/template/spec/initContainers").forEach(containers::add);
      }
      return containers;
    }

    JsonNode container(String name) {
      return containers().stream()
          .filter(c -> c.path("name").asText().equals(name))
          .findFirst()
          .orElseThrow();
    }
  }
}
