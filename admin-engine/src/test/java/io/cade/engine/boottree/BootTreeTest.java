package io.cade.engine.boottree;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.PeerChangeWriter;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootTreeTest {
  private static final Ipv4Address ADDRESS = Ipv4Address.of(127, 1, 1, 3);

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final PeerChangeWriter writer = new PeerChangeWriter(() -> now);
  private final BootTree tree =
      new BootTree(
          writer::current,
          () -> now,
          List.of(
              new NetworkConfSource(
                  new ChassisSubnets(Ipv4Address.of(127, 1, 0, 0), 2),
                  Ipv4Address.of(127, 0, 0, 1)),
              (position, name) ->
                  name.equals("who")
                      ? Optional.of(
                          BootFile.of(position.toString().getBytes(StandardCharsets.US_ASCII)))
                      : Optional.empty(),
              (position, name) -> {
                if (name.equals("broken")) {
                  throw new IOException("test: cannot be rendered");
                }
                return Optional.empty();
              }));

  @BeforeEach
  void lease() {
    for (int slot : new int[] {3, 4}) {
      writer.put(
          new Change.LeaseGranted(
              new CardPosition(1, slot),
              new MacAddress("02:00:00:01:0" + slot + ":00"),
              "127.1.1." + slot,
              now.plus(Duration.ofHours(1))));
    }
  }

  @Test
  void everyCardSeesItsOwnTree() throws Exception {
    assertThat(content(ADDRESS, "who")).isEqualTo("1.3");
    assertThat(content(Ipv4Address.of(127, 1, 1, 4), "who")).isEqualTo("1.4");
  }

  @Test
  void anAddressWithoutALeaseSeesNothing() {
    assertRefused(Ipv4Address.of(127, 1, 1, 5), "who", BootOutcome.REFUSED_SOURCE);
    assertRefused(Ipv4Address.of(127, 0, 0, 1), "who", BootOutcome.REFUSED_SOURCE);
  }

  @Test
  void anAddressWhoseLeaseHasRunOutSeesNothing() {
    now = now.plus(Duration.ofHours(1));
    assertRefused(ADDRESS, "who", BootOutcome.REFUSED_SOURCE);
  }

  @Test
  void namesThatLeadOutAreRefusedAndCounted() {
    assertRefused(ADDRESS, "../1.4/who", BootOutcome.REFUSED_TRAVERSAL);
    assertRefused(ADDRESS, "a/../../who", BootOutcome.REFUSED_TRAVERSAL);
    assertRefused(ADDRESS, "/etc/passwd", BootOutcome.REFUSED_ABSOLUTE);
    assertRefused(ADDRESS, "%2e%2e/who", BootOutcome.REFUSED_NAME);
    assertRefused(ADDRESS, "..\\who", BootOutcome.REFUSED_NAME);
    assertRefused(ADDRESS, "c:who", BootOutcome.REFUSED_NAME);
    assertRefused(ADDRESS, "who\0", BootOutcome.REFUSED_NAME);
    assertRefused(ADDRESS, "", BootOutcome.REFUSED_NAME);
    assertRefused(ADDRESS, "./", BootOutcome.REFUSED_NAME);
    assertRefused(ADDRESS, "a".repeat(256), BootOutcome.REFUSED_NAME);
    assertThat(tree.outcomes())
        .containsEntry(BootOutcome.REFUSED_TRAVERSAL, 2L)
        .containsEntry(BootOutcome.REFUSED_ABSOLUTE, 1L)
        .containsEntry(BootOutcome.REFUSED_NAME, 7L);
  }

  @Test
  void namesAreNormalised() throws Exception {
    assertThat(content(ADDRESS, "./who")).isEqualTo("1.3");
    assertThat(BootName.parse("a//b/./c")).isEqualTo(new BootName.Parsed.Good("a/b/c"));
  }

  @Test
  void aFileThatNobodyHasIsNotFoundAndOneThatFailsIsSaidToFail() {
    assertRefused(ADDRESS, "nothing", BootOutcome.NOT_FOUND);
    assertRefused(ADDRESS, "broken", BootOutcome.FAILED);
  }

  @Test
  void networkSettingsAreRenderedFromThePlan() throws Exception {
    assertThat(content(ADDRESS, "network.conf").lines())
        .containsExactly(
            "position=1.3",
            "hostname=card-1-3",
            "address=127.1.1.3",
            "netmask=255.255.255.0",
            "gateway=127.1.1.254",
            "ntp=127.0.0.1",
            "dns=127.0.0.1");
  }

  @Test
  void aStoredFileIsReadInParts(@TempDir Path folder) throws Exception {
    Path path = Files.writeString(folder.resolve("image"), "0123456789");
    try (BootFile file = BootFile.of(path, "digest")) {
      assertThat(file.size()).isEqualTo(10);
      assertThat(file.tag()).isEqualTo("digest");
      assertThat(read(file, 8, 2)).containsExactly('8', '9');
      assertThat(read(file, 0, 3)).containsExactly('0', '1', '2');
    }
  }

  private String content(Ipv4Address from, String name) throws IOException {
    Lookup lookup = tree.open(from.toInetAddress(), name);
    assertThat(lookup).isInstanceOf(Lookup.Found.class);
    try (BootFile file = ((Lookup.Found) lookup).file()) {
      return new String(read(file, 0, (int) file.size()), StandardCharsets.US_ASCII);
    }
  }

  private static byte[] read(BootFile file, long offset, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    file.read(offset, into);
    return into.array();
  }

  private void assertRefused(Ipv4Address from, String name, BootOutcome why) {
    assertThat(tree.open(from.toInetAddress(), name)).isEqualTo(new Lookup.Refused(why));
  }
}
