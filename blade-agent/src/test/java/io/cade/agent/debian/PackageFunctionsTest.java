package io.cade.agent.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.DeviceItem.PackageItem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When lists of packages are fetched, with programs that are written here. */
class PackageFunctionsTest {
  private static final PackageItem NEW = new PackageItem("nginx", "1.26.4");

  /** What the mirror has of nginx, and what the card's lists say of it. */
  private final List<String> mirror = new ArrayList<>(List.of("1.26.3"));

  private List<String> lists = List.copyOf(mirror);
  private boolean reachable = true;
  private int fetched;

  /** Near where it overflows: only differences may be looked at. */
  private long nanos = Long.MAX_VALUE - 1_000;

  private PackageFunctions packages(Path root) {
    return new PackageFunctions(root, true, (words, _, _) -> run(words), () -> nanos);
  }

  private Programs.Said run(List<String> words) {
    if (words.getFirst().equals("apt-get")) {
      assertThat(words).endsWith("update");
      fetched++;
      if (!reachable) {
        return new Programs.Said(100, "E: Failed to fetch http://mirror/Packages\n");
      }
      lists = List.copyOf(mirror);
      return new Programs.Said(0, "");
    }
    assertThat(words).startsWith("apt-cache", "madison");
    StringBuilder text = new StringBuilder();
    if (words.getLast().equals("nginx")) {
      lists.forEach(v -> text.append(" nginx | ").append(v).append(" | http://mirror main\n"));
    }
    return new Programs.Said(0, text.toString());
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void aVersionThatTheMirrorGotSinceIsFound(@TempDir Path root) throws Exception {
    PackageFunctions packages = packages(root);
    packages.check(new PackageItem("nginx", "1.26.3"));
    packages.check(new PackageItem("nginx", ""));
    assertThat(fetched).as("what is known is answer enough").isZero();
    for (String version : List.of("1.26.4", "1.26.5", "1.26.6")) {
      mirror.addFirst(version);
      packages.check(new PackageItem("nginx", version));
      pass(Duration.ofMinutes(10));
    }
    assertThat(fetched).isEqualTo(3);
  }

  @Test
  void listsAreNotFetchedAgainForEachPackageThatIsNotThere(@TempDir Path root) {
    PackageFunctions packages = packages(root);
    for (int i = 0; i < 60; i++) {
      PackageItem wanted = new PackageItem("none" + i, "");
      assertThatThrownBy(() -> packages.check(wanted))
          .hasMessage("there is no package " + wanted.name());
    }
    assertThat(fetched).isEqualTo(1);
    assertThatThrownBy(() -> packages.check(NEW))
        .hasMessage("there is no version 1.26.4 of nginx; there are 1.26.3");
    assertThat(fetched).isEqualTo(1);
  }

  @Test
  void afterAFailureItIsTriedAgainSoonAndTheCauseIsTold(@TempDir Path root) {
    PackageFunctions packages = packages(root);
    reachable = false;
    mirror.addFirst("1.26.4");
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> packages.check(NEW))
          .hasMessageContaining("there are 1.26.3; the lists of packages could not be fetched")
          .hasMessageContaining("Failed to fetch http://mirror/Packages");
    }
    assertThat(fetched).isEqualTo(1);
    reachable = true;
    pass(Duration.ofMinutes(1));
    assertThatCode(() -> packages.check(NEW)).doesNotThrowAnyException();
    assertThat(fetched).isEqualTo(2);
  }
}
