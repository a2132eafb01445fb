package dev.braid.e2e.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Prints the table of the test classes that have just run, from the reports they left. */
public final class TestTable {

  /** Of what a failed test said, for who sees no more than this. */
  private static final int ENOUGH = 600;

  /**
   * @param failures each with its test's name
   */
  private record Row(
      String name, double seconds, int passed, int failed, int skipped, List<String> failures) {}

  private TestTable() {}

  /**
   * @param args the repository's folder
   */
  public static void main(String[] args) throws Exception {
    List<Row> rows = read(Path.of(args[0]));
    rows.forEach(row -> row.failures().forEach(why -> System.out.printf("%nfailed: %s%n", why)));
    System.out.printf("%n%-64s %8s %7s %7s%n", "test class", "minutes", "passed", "failed");
    rows.stream()
        .sorted(Comparator.comparingDouble(Row::seconds).reversed())
        .forEach(
            row ->
                System.out.printf(
                    Locale.ROOT,
                    "%-64s %8.2f %7d %7d%n",
                    row.name(),
                    row.seconds() / 60,
                    row.passed(),
                    row.failed()));
    System.out.printf(
        Locale.ROOT,
        "%-64s %8.2f%n",
        "together",
        rows.stream().mapToDouble(Row::seconds).sum() / 60);
    System.out.printf(
        "%d passed, %d failed, %d skipped%n",
        rows.stream().mapToInt(Row::passed).sum(),
        rows.stream().mapToInt(Row::failed).sum(),
        rows.stream().mapToInt(Row::skipped).sum());
  }

  private static List<Row> read(Path repository) throws IOException {
    var rows = new ArrayList<Row>();
    try (Stream<Path> files = Files.find(repository, 4, (file, a) -> isReport(file))) {
      for (Path file : files.toList()) {
        rows.add(row(file));
      }
    }
    return rows;
  }

  private static boolean isReport(Path file) {
    Path folder = file.getParent();
    return folder != null
        && folder.getFileName().toString().matches("(surefire|failsafe)-reports")
        && file.getFileName().toString().matches("TEST-.*\\.xml");
  }

  private static Row row(Path file) throws IOException {
    try {
      Element suite =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(file.toFile())
              .getDocumentElement();
      int failed = number(suite, "failures") + number(suite, "errors");
      int skipped = number(suite, "skipped");
      return new Row(
          suite.getAttribute("name"),
          Double.parseDouble(suite.getAttribute("time").replace(",", "")),
          number(suite, "tests") - failed - skipped,
          failed,
          skipped,
          failures(suite));
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException("not a test report: " + file, e);
    }
  }

  private static List<String> failures(Element suite) {
    var failures = new ArrayList<String>();
    for (String kind : List.of("failure", "error")) {
      NodeList found = suite.getElementsByTagName(kind);
      for (int i = 0; i < found.getLength(); i++) {
        var why = (Element) found.item(i);
        var test = (Element) why.getParentNode();
        String text = why.getTextContent().strip();
        failures.add(
            test.getAttribute("classname")
                + " "
                + test.getAttribute("name")
                + "\n  "
                + text.substring(0, Math.min(ENOUGH, text.length())));
      }
    }
    return failures;
  }

  private static int number(Element suite, String attribute) {
    return Integer.parseInt(suite.getAttribute(attribute));
  }
}
