package dev.braid.e2e.soak;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Chooses the tests of a {@link Sampled} class, once in a run. */
final class SampledTests implements ExecutionCondition {

  private static final ExtensionContext.Namespace CHOSEN =
      ExtensionContext.Namespace.create(SampledTests.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (context.getTestMethod().filter(SampledTests::isCandidate).isEmpty()) {
      return ConditionEvaluationResult.enabled("not chosen from");
    }
    Class<?> tests = context.getRequiredTestClass();
    Set<?> chosen =
        context.getRoot().getStore(CHOSEN).computeIfAbsent(tests, key -> choose(tests), Set.class);
    return chosen.contains(context.getRequiredTestMethod().getName())
        ? ConditionEvaluationResult.enabled("in this run's sample")
        : ConditionEvaluationResult.disabled("not in this run's sample, by BRAID_SEED");
  }

  private static Set<String> choose(Class<?> tests) {
    List<String> all =
        Stream.of(tests.getDeclaredMethods())
            .filter(SampledTests::isCandidate)
            .map(Method::getName)
            .sorted()
            .toList();
    int few = tests.getAnnotation(Sampled.class).value();
    return Set.copyOf(Sample.of(tests.getSimpleName(), all, few));
  }

  /** What only a soak does is not chosen from. */
  private static boolean isCandidate(Method method) {
    return method.isAnnotationPresent(Test.class) && !method.isAnnotationPresent(Tag.class);
  }
}
