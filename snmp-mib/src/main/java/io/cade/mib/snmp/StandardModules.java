package io.cade.mib.snmp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The standard modules about hardware and host, by the root of each in the tree. */
final class StandardModules {
  private StandardModules() {}

  static Map<String, Supplier<Frame>> of(CabinetFrames frames) {
    var modules = new LinkedHashMap<String, Supplier<Frame>>();
    modules.put(HostShapes.INTERFACES, () -> frames.standard().interfaces());
    modules.put(HostShapes.HOST, () -> frames.standard().host());
    modules.put(HostShapes.IF_MIB, () -> frames.standard().interfacesX());
    modules.put(EntityShapes.ENTITY_MIB, () -> frames.standard().entity());
    modules.put(EntityShapes.ENTITY_SENSOR_MIB, () -> frames.standard().entitySensor());
    modules.put(EntityShapes.ENTITY_STATE_MIB, () -> frames.standard().entityState());
    return modules;
  }
}
