package dev.braid.e2e.lab;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One lab for all tests of a run; see {@link InLab}. */
public final class LabExtension
    implements ParameterResolver,
        AfterTestExecutionCallback,
        AfterEachCallback,
        LifecycleMethodExecutionExceptionHandler {

  private static final Namespace NAMESPACE = Namespace.create(LabExtension.class);
  private static final Pattern INVOCATION = Pattern.compile("-invocation:#(\\d+)]$");

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Lab.class || type == Machine.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Lab lab = lab(context);
    return parameter.getParameter().getType() == Lab.class
        ? lab
        : lab.machine(parameter.getParameter().getName());
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    context.getExecutionException().ifPresent(failure -> collectLogs(context, failure));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    lab(context).heal();
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    collectLogs(context, failure);
    throw failure;
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    collectLogs(context, failure);
    throw failure;
  }

  @Override
  public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    collectLogs(context, failure);
    throw failure;
  }

  @Override
  public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    collectLogs(context, failure);
    throw failure;
  }

  /**
   * The lab of this run, started if it is not yet; closed when the last test of the run is done.
   */
  public static Lab lab(ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
        .computeIfAbsent(Lab.class, type -> start(), Lab.class);
  }

  private static Lab start() {
    return "reuse".equals(System.getenv("BRAID_LAB"))
        ? Lab.attach()
        : Lab.start(Programs.ofThisCheckout());
  }

  /** Where the logs of a test go that failed. */
  public static Path logs(ExtensionContext context) {
    return Repository.root()
        .resolve("e2e/target/lab-logs")
        .resolve(
            context.getRequiredTestClass().getSimpleName()
                + context.getTestMethod().map(m -> "." + m.getName()).orElse("")
                + invocation(context));
  }

  /** Of a parameterized test: {@code -2}, so that two that fail keep their logs apart. */
  private static String invocation(ExtensionContext context) {
    Matcher last = INVOCATION.matcher(context.getUniqueId());
    return last.find() ? "-" + last.group(1) : "";
  }

  /** Says why at once: JUnit does at the end of a class, which may be hours later. */
  private static void collectLogs(ExtensionContext context, Throwable failure) {
    Path into = logs(context);
    Progress.say("lab: " + into.getFileName() + " failed: " + failure);
    lab(context).collectLogs(into);
    Progress.say("lab: every log of it is in " + into);
  }
}
