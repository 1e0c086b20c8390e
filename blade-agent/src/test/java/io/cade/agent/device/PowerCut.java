package io.cade.agent.device;

/** The end of an agent at one point: no cause that could be handled. */
final class PowerCut extends Error {
  private static final long serialVersionUID = 1L;
}
