package io.cade.agent.device;

import java.io.IOException;

/**
 * Where a {@link DeviceState} outlives power cuts. Seam: a file, or memory that a test can let
 * fail. Called by one thread.
 */
interface DeviceJournal {
  /**
   * The state stored last; {@link DeviceState#empty} when there is none.
   *
   * @throws IOException when there is one that cannot be read
   */
  DeviceState load() throws IOException;

  /**
   * Returns when the state is durable.
   *
   * @throws IOException when it is not; then the one before stands
   */
  void store(DeviceState state) throws IOException;
}
