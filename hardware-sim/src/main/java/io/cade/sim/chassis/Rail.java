package io.cade.sim.chassis;

import io.cade.sim.device.Ina226Model;

/**
 * One rail with its monitor: voltage that sags under load, current through the shunt. Owned by the
 * thread of its {@link ChassisPhysics}; the monitor is written under the lock of its bus.
 */
final class Rail {
  private final double nominal;
  private final double sourceOhms;
  private final double shuntOhms;
  final Ina226Model monitor = new Ina226Model();

  /**
   * @param sourceOhms of the regulator and its wires: how far the voltage sags per ampere
   */
  Rail(double nominal, double sourceOhms, double shuntOhms) {
    this.nominal = nominal;
    this.sourceOhms = sourceOhms;
    this.shuntOhms = shuntOhms;
  }

  /** So many watts are drawn for so long; {@code off} rails have no voltage. */
  void draw(double watts, boolean on, double seconds) {
    draw(watts, Double.POSITIVE_INFINITY, on, seconds);
  }

  /** The same from a source that gives so many watts at most: beyond, its voltage sags. */
  void draw(double watts, double most, boolean on, double seconds) {
    double amperes = on ? watts / nominal : 0;
    double volts = on ? nominal - amperes * sourceOhms : 0;
    if (watts > most) {
      volts *= most / watts;
    }
    monitor.sense(volts, amperes * shuntOhms);
    monitor.advance(seconds);
  }
}
