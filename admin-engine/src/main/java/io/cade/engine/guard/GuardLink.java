package io.cade.engine.guard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The engine's side of its guard. Thread-safe; {@link #refresh}, {@link #order} and {@link #told}
 * read and write small files, the rest answers from memory.
 */
public final class GuardLink {
  /** Header of a request by which the guard shows that it is the guard. */
  public static final String HEADER = "Cade-Guard";

  private final GuardFolder folder;
  private final DurableFiles files;
  private final DataCopy data;
  private final String token;
  private volatile GuardRecord record;

  private GuardLink(
      GuardFolder folder, DurableFiles files, DataCopy data, String token, GuardRecord record) {
    this.folder = folder;
    this.files = files;
    this.data = data;
    this.token = token;
    this.record = record;
  }

  /**
   * The guard that runs this engine.
   *
   * @param state directory, locked by the caller
   * @param format of the data, noted before any of it is opened; see {@link DataFormat}
   * @return empty when the engine was started by somebody else
   * @throws IOException when a guard runs it and its files cannot be read
   */
  public static Optional<GuardLink> find(
      Path state, UnaryOperator<@Nullable String> environment, Supplier<String> format)
      throws IOException {
    if (environment.apply(EngineProcesses.GUARDED) == null) {
      return Optional.empty();
    }
    DurableFiles files = DurableFiles.real();
    GuardFolder folder = new GuardFolder(state, files);
    GuardRecord record =
        folder
            .record()
            .orElseThrow(() -> new IOException("the guard has left no " + folder.recordFile()));
    folder.format(format.get());
    return Optional.of(
        new GuardLink(folder, files, new DataCopy(state, files), folder.token(), record));
  }

  /** What the guard has on record, as of the last {@link #refresh}. */
  public GuardRecord record() {
    return record;
  }

  /** Reads what the guard has on record. */
  public GuardRecord refresh() throws IOException {
    GuardRecord now = folder.record().orElseGet(() -> record);
    record = now;
    return now;
  }

  /** Whether it is the guard who says this word. */
  public boolean isGuard(@Nullable String word) {
    return word != null
        && !token.isEmpty()
        && MessageDigest.isEqual(
            word.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }

  /** A place that is free, for a release to be unpacked in. */
  public Path freshRelease() throws IOException {
    Path fresh = folder.releases().resolve(".fresh");
    files.delete(fresh);
    return fresh;
  }

  /** Gives an unpacked release its name, once every octet of it is on the disk. */
  public void keepRelease(Path fresh, String version) throws IOException {
    DurableFiles.forceTree(fresh);
    // A release that runs is never unpacked again; this one is left over from an earlier try.
    files.delete(folder.release(version));
    files.move(fresh, folder.release(version));
  }

  /** Why there is no room for a copy of the data; empty when there is. */
  public String objection() throws IOException {
    return data.objection();
  }

  /** Hands a release over, durably. The engine is expected to end then. */
  public void order(UpgradeOrder order) throws IOException {
    folder.order(order);
  }

  /** Number of the last outcome that was told. */
  public long told() throws IOException {
    return folder.told();
  }

  /** Notes that an outcome was told. */
  public void told(long number) throws IOException {
    folder.told(number);
  }
}
