package dev.braid.e2e.soak;

import dev.braid.e2e.report.SoakResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Writes down what became of each test of a soak, and leaves out what has passed in it before: one
 * that was stopped goes on where it was. JUnit finds it by itself, where it is told to look: {@code
 * e2e/lab/soak} does that, {@code make test} does not.
 */
public final class SoakRecord implements ExecutionCondition, BeforeEachCallback, TestWatcher {

  private static final String INVOCATION = "test-template-invocation";

  private final Path file = Soak.folder().resolve("results.tsv");
  private final Map<String, Instant> begun = new ConcurrentHashMap<>();

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (context.getTestMethod().isPresent() && hasPassed(context)) {
      return ConditionEvaluationResult.disabled("it has passed in this soak: " + file);
    }
    return ConditionEvaluationResult.enabled("it has not passed in this soak yet");
  }

  private boolean hasPassed(ExtensionContext context) {
    try {
      return SoakResult.last(file).stream()
          .filter(result -> result.isOf(testClass(context), test(context)))
          .anyMatch(SoakResult::passed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    begun.put(context.getUniqueId(), Instant.now());
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    add(context, SoakResult.PASSED);
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    add(context, "failed");
  }

  private void add(ExtensionContext context, String outcome) {
    Instant end = Instant.now();
    Instant begin = begun.getOrDefault(context.getUniqueId(), end);
    var result =
        new SoakResult(
            testClass(context),
            test(context),
            outcome,
            Duration.between(begin, end).toMillis() / 1000.0,
            Long.toString(Soak.seed()),
            end);
    try {
      result.appendTo(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String testClass(ExtensionContext context) {
    return context.getRequiredTestClass().getSimpleName();
  }

  /** A test with parameters is as many tests as it has invocations. */
  private static String test(ExtensionContext context) {
    String method = context.getRequiredTestMethod().getName();
    return context.getUniqueId().contains(INVOCATION)
        ? method + " " + context.getDisplayName()
        : method;
  }
}
