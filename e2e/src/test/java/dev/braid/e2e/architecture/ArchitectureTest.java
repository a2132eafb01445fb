package dev.braid.e2e.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.braid.base.step.Step;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Holds the arrows between the rooms, and the boundary of steps. */
class ArchitectureTest {

  /** Room to the rooms it may know. What is not here does not exist yet. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("base", Set.of()),
          Map.entry("proto", Set.of()),
          Map.entry("linux", Set.of("base")),
          Map.entry("rpc", Set.of("base", "proto")),
          Map.entry("initiator", Set.of("base", "linux")),
          Map.entry("san", Set.of("base")),
          Map.entry("agent", Set.of("base", "proto", "rpc", "linux")),
          Map.entry("controller", Set.of("base", "proto", "rpc", "san")),
          Map.entry("node", Set.of("base", "proto", "rpc", "linux", "initiator", "san")),
          Map.entry("cli", Set.of("base")),
          Map.entry(
              "e2e",
              Set.of(
                  "base",
                  "proto",
                  "linux",
                  "rpc",
                  "initiator",
                  "san",
                  "agent",
                  "controller",
                  "node",
                  "cli")));

  /** Our tools for people and tests may do as programs do: write files, start processes. */
  private static final String[] TOOLS = {"dev.braid.cli..", "dev.braid.e2e.."};

  private static JavaClasses braid;

  @BeforeAll
  static void read() {
    braid =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.braid");
    assertThat(braid.stream().map(ArchitectureTest::room).distinct())
        .as("every room is on the class path, or a rule would hold over nothing")
        .containsExactlyInAnyOrderElementsOf(ARROWS.keySet());
  }

  private static String room(JavaClass c) {
    return c.getPackageName().split("\\.")[2];
  }

  @Test
  @DisplayName("Rooms: each knows only the rooms its arrows lead to")
  void arrows() {
    ARROWS.forEach(
        (room, knows) -> {
          var allowed =
              knows.stream().map(r -> "dev.braid." + r + "..").toList().toArray(String[]::new);
          noClasses()
              .that(resideInAPackage("dev.braid." + room + ".."))
              .should()
              .dependOnClassesThat(
                  resideInAPackage("dev.braid..")
                      .and(resideOutsideOfPackages("dev.braid." + room + ".."))
                      .and(resideOutsideOfPackages(allowed)))
              .allowEmptyShould(true)
              .check(braid);
        });
  }

  @Test
  @DisplayName(
      "Steps: what stands in a package named change asks for a Step, and can be had no other way")
  void changesAskForAStep() {
    changeAsksForStep().check(braid);
    classes()
        .that()
        .areAssignableTo(Step.class)
        .should()
        .haveOnlyPrivateConstructors()
        .orShould(haveNoPublicConstructor())
        .check(braid);
  }

  @Test
  @DisplayName("Steps: the rule above does find a change that asks for none")
  void changesAskForAStepIsNoEmptyRule() {
    var planted =
        new ClassFileImporter().importPackages("dev.braid.e2e.architecture.planted.change");
    assertThatThrownBy(() -> changeAsksForStep().check(planted))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Planted.changeWithoutStep");
  }

  private static ArchRule changeAsksForStep() {
    return methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .resideInAPackage("dev.braid..change..")
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(not("records", JavaClass::isRecord))
        .and()
        .areDeclaredInClassesThat(not("enums", JavaClass::isEnum))
        .and()
        .areDeclaredInClassesThat(not("exceptions", c -> c.isAssignableTo(Throwable.class)))
        .should(
            new ArchCondition<JavaMethod>("take a Step first") {
              @Override
              public void check(JavaMethod method, ConditionEvents events) {
                boolean object =
                    Set.of("toString", "equals", "hashCode", "close").contains(method.getName());
                boolean taken =
                    !method.getRawParameterTypes().isEmpty()
                        && method.getRawParameterTypes().get(0).isEquivalentTo(Step.class);
                events.add(
                    new SimpleConditionEvent(
                        method, object || taken, method.getFullName() + " takes no Step first"));
              }
            });
  }

  private static ArchCondition<JavaClass> haveNoPublicConstructor() {
    return new ArchCondition<>("have no public constructor") {
      @Override
      public void check(JavaClass c, ConditionEvents events) {
        boolean none =
            c.getConstructors().stream()
                .noneMatch(k -> k.getModifiers().contains(JavaModifier.PUBLIC));
        events.add(new SimpleConditionEvent(c, none, c.getName() + " can be made by anybody"));
      }
    };
  }

  private static DescribedPredicate<JavaClass> not(
      String what, java.util.function.Predicate<JavaClass> predicate) {
    return DescribedPredicate.describe("not " + what, c -> !predicate.test(c));
  }

  @Test
  @DisplayName("Steps: files are written and removed only in packages named change")
  void filesChangeInSteps() {
    noClasses()
        .that(
            resideInAPackage("dev.braid..")
                .and(resideOutsideOfPackages(TOOLS))
                .and(resideOutsideOfPackages("dev.braid..change..", "dev.braid.base.step")))
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "changes a file",
                call ->
                    call.getTargetOwner().isEquivalentTo(Files.class)
                            && call.getName()
                                .matches("(write|delete|create|move|copy|newOutput|set).*")
                        || call.getTargetOwner().isEquivalentTo(File.class)
                            && call.getName().matches("(delete|mkdir|renameTo|set).*")))
        .check(braid);
  }

  @Test
  @DisplayName("Processes: only linux.exec starts one")
  void oneProcessRunner() {
    noClasses()
        .that(
            resideInAPackage("dev.braid..")
                .and(resideOutsideOfPackages(TOOLS))
                .and(resideOutsideOfPackages("dev.braid.linux.exec")))
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(ProcessBuilder.class)
        .orShould()
        .callMethod(Runtime.class, "exec", String[].class)
        .check(braid);
  }

  @Test
  @DisplayName("Kernel: only room linux knows JNA")
  void onlyLinuxKnowsJna() {
    noClasses()
        .that(resideInAPackage("dev.braid..").and(resideOutsideOfPackages("dev.braid.linux..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.sun.jna..")
        .check(braid);
  }

  @Test
  @DisplayName("Kubernetes: only room san knows the client")
  void onlySanKnowsTheClient() {
    noClasses()
        .that(
            resideInAPackage("dev.braid..")
                .and(resideOutsideOfPackages("dev.braid.san..", "dev.braid.e2e..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.fabric8..")
        .check(braid);
  }

  @Test
  @DisplayName("Codes: only room rpc knows gRPC's status codes")
  void onlyRpcKnowsCodes() {
    noClasses()
        .that(
            resideInAPackage("dev.braid..")
                .and(
                    resideOutsideOfPackages(
                        "dev.braid.rpc..", "dev.braid.proto..", "dev.braid.e2e..")))
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.grpc.Status")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.grpc.Status$Code")
        .check(braid);
  }

  @Test
  @DisplayName("Waiting: nothing sleeps")
  void nothingSleeps() {
    noClasses()
        .that(resideInAPackage("dev.braid..").and(resideOutsideOfPackages("dev.braid.e2e..")))
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(java.util.concurrent.TimeUnit.class, "sleep", long.class)
        .check(braid);
  }

  @Test
  @DisplayName("Rooms: every package says why it is there")
  void packagesSayWhy() {
    Path root = repository();
    var silent =
        braid.stream()
            .filter(c -> !c.getPackageName().startsWith("dev.braid.proto"))
            .filter(c -> !c.getSimpleName().equals("package-info"))
            .map(JavaClass::getPackageName)
            .distinct()
            .filter(name -> !hasPackageInfo(root, name))
            .toList();
    assertThat(silent).as("packages without package-info.java").isEmpty();
  }

  private static boolean hasPackageInfo(Path root, String packageName) {
    String file = "src/main/java/" + packageName.replace('.', '/') + "/package-info.java";
    File[] modules = root.toFile().listFiles(f -> new File(f, file).isFile());
    return modules != null && modules.length == 1;
  }

  private static Path repository() {
    return requireNonNull(Path.of("").toAbsolutePath().getParent());
  }
}
