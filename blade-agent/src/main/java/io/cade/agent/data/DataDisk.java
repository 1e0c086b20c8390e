package io.cade.agent.data;

import io.cade.agent.wire.DataSteps.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Where a service's data, their {@link DataState} and the programs that lead back lie. Seam: a
 * folder, or memory that a test can let fail. Called by one thread.
 */
interface DataDisk {
  /**
   * The state stored last; null when there is none.
   *
   * @throws IOException when there is one that cannot be read
   */
  @Nullable DataState load() throws IOException;

  /** Returns when the state is durable; when it throws the one before stands. */
  void store(DataState state) throws IOException;

  /** Whether the service has had a directory for its data on this card. */
  boolean hasData() throws IOException;

  /** The directory of the data, which is there from now on. */
  Path directory() throws IOException;

  /**
   * Keeps a program as long as a way back may need it; returns when it is durable.
   *
   * @throws IOException also when it is another than the step says
   */
  void keep(Step step, Path program) throws IOException;

  /**
   * A program that is kept, ready to be run.
   *
   * @throws IOException also when it is not there or was changed
   */
  Path program(Step step) throws IOException;

  /** Returns when all that was written to the data is durable. */
  void settle() throws IOException;

  /** Deletes programs of other steps. */
  void tidy(Collection<Step> needed) throws IOException;
}
