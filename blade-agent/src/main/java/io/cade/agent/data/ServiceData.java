package io.cade.agent.data;

import io.cade.agent.data.DataState.Moving;
import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.DataSteps.Step;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Brings the data of one service to the form that a version understands, before it is started: up
 * by the programs of its package, down by those that were kept when they led up. What is begun is
 * on disk before it begins, what is done when the data are; so a power cut at any point is followed
 * by another run of the same program, or by its way back, and by nothing else. Used by one thread
 * at a time.
 */
public final class ServiceData {
  private static final int MAX_LIST_BYTES = 64 << 10;
  private static final WireJson JSON = new WireJson();

  private final DataDisk disk;

  ServiceData(DataDisk disk) {
    this.disk = disk;
  }

  /** The data of a service in their folder. */
  public static ServiceData in(Path folder) {
    return new ServiceData(new DataFolder(folder));
  }

  /** Is told what is done. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A program begins.
     *
     * @param what it does, for people
     * @param seconds that it may take
     */
    void begins(String what, int seconds);
  }

  /**
   * What a package says of the data that its version understands.
   *
   * @param content of a package that was verified
   */
  private static DataSteps wanted(Path content) throws IOException {
    Path list = content.resolve(DataSteps.FILE);
    if (!Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS)) {
      return DataSteps.none();
    }
    if (Files.size(list) > MAX_LIST_BYTES) {
      throw new IOException("the package's list of data steps is too long");
    }
    return JSON.decode(Files.readAllBytes(list), DataSteps.class);
  }

  /**
   * Brings the data to the form that the version of this package understands.
   *
   * @param content of the package, verified
   * @return the directory of the data
   * @throws IOException when a program fails, or the disk; then the data are where the journal
   *     says, and the next call goes on from there
   */
  public Path carry(Path content, DataRunner runner, Progress progress)
      throws IOException, InterruptedException {
    List<Step> wanted = wanted(content).steps();
    DataState state = disk.load();
    if (state == null) {
      if (wanted.isEmpty()) {
        return disk.directory();
      }
      // A card that never had the service has no data to carry over: they begin in this form.
      state = new DataState(disk.hasData() ? List.of() : wanted, null);
      keep(wanted, content);
      disk.store(state);
    } else {
      keep(wanted, content);
    }
    Path directory = disk.directory();
    for (Optional<Moving> next = state.next(wanted); next.isPresent(); next = state.next(wanted)) {
      Moving move = next.get();
      DataState begun = state.begin(move);
      disk.store(begun);
      progress.begins("its data are carried " + move.words(), move.step().timeoutSeconds());
      try {
        runner.run(
            disk.program(move.step()), move.arguments(), directory, move.step().timeoutSeconds());
      } catch (IOException e) {
        throw new IOException(
            "its data cannot be carried " + move.words() + ": " + e.getMessage(), e);
      }
      disk.settle();
      state = begun.end();
      disk.store(state);
    }
    disk.tidy(state.path());
    return directory;
  }

  /** The way back is on the card before the way up is gone. */
  private void keep(List<Step> wanted, Path content) throws IOException {
    for (Step step : wanted) {
      disk.keep(step, content.resolve(step.file()));
    }
  }
}
