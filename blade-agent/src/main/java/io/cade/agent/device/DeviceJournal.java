package io.cade.agent.device;

import java.io.IOException;

/**
 * Where a {@link DeviceState} outlives power cuts. Seam: a file, or memory that a test can let
 * fail. Called by one thread.
 */
interface DeviceJournal {
  /** What was stored can never be read again. */
  final class Lost extends IOException {
    private static final long serialVersionUID = 1L;

    Lost(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * The state stored last; {@link DeviceState#empty} when there is none.
   *
   * @throws Lost when there was one that is no state; it was put aside, and there is none now
   * @throws IOException when there is one that cannot be read now, and perhaps can be later
   */
  DeviceState load() throws IOException;

  /**
   * Returns when the state is durable.
   *
   * @throws IOException when it is not; then the one before stands
   */
  void store(DeviceState state) throws IOException;
}
