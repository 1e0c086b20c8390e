package io.cade.mib.snmp;

import io.cade.mib.snmp.Subtrees.Subtree;
import java.util.List;

/** The standard modules about hardware and host. */
final class StandardModules {
  private StandardModules() {}

  static List<Subtree> of(CabinetFrames frames) {
    return List.of(
        new Subtree(HostShapes.INTERFACES, () -> frames.standard().interfaces()),
        new Subtree(HostShapes.HOST, () -> frames.standard().host()),
        new Subtree(HostShapes.IF_MIB, () -> frames.standard().interfacesX()),
        new Subtree(EntityShapes.ENTITY_MIB, () -> frames.standard().entity()),
        new Subtree(EntityShapes.ENTITY_SENSOR_MIB, () -> frames.standard().entitySensor()),
        new Subtree(EntityShapes.ENTITY_STATE_MIB, () -> frames.standard().entityState()));
  }
}
