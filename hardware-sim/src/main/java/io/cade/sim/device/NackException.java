package io.cade.sim.device;

import java.io.IOException;

/** No acknowledge on the simulated bus; what Linux reports as EREMOTEIO or ENXIO. */
public final class NackException extends IOException {

  private static final long serialVersionUID = 1L;

  NackException(String message) {
    super(message);
  }
}
