package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.PeerChangeWriter;
import io.cade.engine.model.Change;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Trees of two cards, 1.3 at 127.1.1.3 and 1.4 at 127.1.1.4, over real leases. */
public final class TreeFixture {
  private TreeFixture() {}

  /**
   * @param files by {@code position/name}, for example {@code 1.3/image}
   */
  public static BootTree with(Map<String, byte[]> files) {
    return tree(files, Map.of(3, "127.1.1.3", 4, "127.1.1.4"));
  }

  /** Only card 1.3, at another address. */
  public static BootTree forAddress(String address, Map<String, byte[]> files) {
    return tree(files, Map.of(3, address));
  }

  /** Every name of card 1.3 at 127.1.1.3 and of 1.4 is this file on disk. */
  public static BootTree stored(Path file, String tag) {
    return tree(
        (position, name) -> Optional.of(BootFile.of(file, tag)),
        Map.of(3, "127.1.1.3", 4, "127.1.1.4"),
        UploadStore.closed());
  }

  /** Card 1.3 at an address, with a file and a place to write. */
  public static BootTree writable(String address, Map<String, byte[]> files, UploadStore uploads) {
    return tree(inMemory(files), Map.of(3, address), uploads);
  }

  private static BootTree tree(Map<String, byte[]> files, Map<Integer, String> addresses) {
    return tree(inMemory(files), addresses, UploadStore.closed());
  }

  private static BootFileSource inMemory(Map<String, byte[]> files) {
    return (position, name) ->
        Optional.ofNullable(files.get(position + "/" + name)).map(BootFile::of);
  }

  private static BootTree tree(
      BootFileSource source, Map<Integer, String> addresses, UploadStore uploads) {
    InstantSource clock = InstantSource.system();
    PeerChangeWriter writer = new PeerChangeWriter(clock);
    addresses.forEach((slot, address) ->
        writer.put(
            new Change.LeaseGranted(
                new CardPosition(1, slot),
                new MacAddress("02:00:00:01:0" + slot + ":00"),
                address,
                clock.instant().plus(Duration.ofHours(1)))));
    return new BootTree(writer::current, clock, List.of(source), uploads);
  }
}
