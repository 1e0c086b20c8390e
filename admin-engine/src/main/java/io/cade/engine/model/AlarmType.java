package io.cade.engine.model;

/**
 * The alarms that the engine can raise, each with the severity it usually has and its probable
 * cause (X.733 §8.1.2.1, in the words of CADE-ALARM-MIB and IANA-ITU-ALARM-TC-MIB). {@code
 * docs/alarms.md} says of each what an operator does about it.
 */
public enum AlarmType {
  /** A card that was in use is out of its slot or says nothing. */
  CARD_LOST("cardLost", Severity.MAJOR, "replaceableUnitMissing", Ends.BY_ITSELF),
  /** A card sits in another slot than before. */
  CARD_MOVED("cardMoved", Severity.WARNING, "configurationOrCustomizationError", Ends.ACKNOWLEDGED),
  /** One MAC address asks from two slots at once. */
  DUPLICATE_MAC(
      "duplicateMac", Severity.MAJOR, "equipmentIdentifierDuplication", Ends.ACKNOWLEDGED),
  /** A service has fewer running cards than it is due. */
  SERVICE_DEGRADED(
      "serviceDegraded", Severity.MINOR, "underlyingResourceUnavailable", Ends.BY_ITSELF),
  /** No card of a service runs. */
  SERVICE_DOWN("serviceDown", Severity.CRITICAL, "underlyingResourceUnavailable", Ends.BY_ITSELF),
  /** A service could not be set up on a card. */
  SETUP_FAILED("setupFailed", Severity.MAJOR, "applicationSubsystemFailure", Ends.BY_ITSELF),
  /** A service waits for something for longer than it should. */
  SERVICE_STUCK("serviceStuck", Severity.MINOR, "timeoutExpired", Ends.BY_ITSELF),
  /** A version did not prove itself: the cards went back to the one that they had. */
  UPDATE_FAILED("updateFailed", Severity.MAJOR, "applicationSubsystemFailure", Ends.ACKNOWLEDGED),
  /** A temperature is above a limit; the limit fixes the severity. */
  TEMPERATURE_HIGH("temperatureHigh", Severity.MAJOR, "temperatureUnacceptable", Ends.BY_ITSELF),
  /** A fan turns too slowly or not at all. */
  FAN_FAILED("fanFailed", Severity.MAJOR, "coolingFanFailure", Ends.BY_ITSELF),
  /** A power supply gives no power. */
  SUPPLY_FAILED("supplyFailed", Severity.MAJOR, "powerSupplyFailure", Ends.BY_ITSELF),
  /** A card was so hot that it was switched off. */
  CARD_OVERHEATED("cardOverheated", Severity.CRITICAL, "temperatureUnacceptable", Ends.BY_ITSELF),
  /** The supplies cannot feed all cards; some are switched off. */
  POWER_BUDGET("powerBudget", Severity.MAJOR, "powerProblem", Ends.BY_ITSELF),
  /** A disk is broken or missing: its card's mirror has one disk only. */
  DISK_FAILED("diskFailed", Severity.MAJOR, "equipmentMalfunction", Ends.BY_ITSELF),
  /** A replaced disk is being filled from the other one. */
  MIRROR_REBUILDING("mirrorRebuilding", Severity.WARNING, "equipmentMalfunction", Ends.BY_ITSELF),
  /** A proxy card says nothing. */
  PROXY_LOST("proxyLost", Severity.MAJOR, "equipmentMalfunction", Ends.BY_ITSELF),
  /** An address that the engine gives out is used by somebody who did not get it here. */
  ADDRESS_CONFLICT(
      "addressConflict", Severity.MAJOR, "equipmentIdentifierDuplication", Ends.ACKNOWLEDGED),
  /**
   * The certificate of a site or of a card ends soon or is of no use any more, and has no
   * successor.
   */
  CERTIFICATE_ENDING("certificateEnding", Severity.MAJOR, "keyExpired", Ends.BY_ITSELF),
  /** A network sends far more requests, or opens more connections, than the limits allow. */
  VISITOR_FLOOD("visitorFlood", Severity.MINOR, "intrusionDetection", Ends.BY_ITSELF),
  /** A network holds connections with requests that never end. */
  SLOW_VISITORS("slowVisitors", Severity.MINOR, "intrusionDetection", Ends.BY_ITSELF),
  /** A network looks for hosts or paths that do not exist. */
  VISITOR_SCAN("visitorScan", Severity.WARNING, "intrusionDetection", Ends.BY_ITSELF),
  /** A network guesses passwords. */
  CREDENTIAL_GUESSING(
      "credentialGuessing", Severity.MAJOR, "unauthorizedAccessAttempt", Ends.BY_ITSELF),
  /** Somebody asked the SNMP agent with a wrong community, user, passphrase or certificate. */
  MANAGER_REFUSED(
      "managerRefused", Severity.WARNING, "unauthorizedAccessAttempt", Ends.ACKNOWLEDGED),
  /** No card of a chassis says anything: its power or its network is gone. */
  CHASSIS_LOST("chassisLost", Severity.CRITICAL, "powerProblem", Ends.BY_ITSELF),
  /** A temperature is below a limit; the limit fixes the severity. */
  TEMPERATURE_LOW("temperatureLow", Severity.WARNING, "temperatureUnacceptable", Ends.BY_ITSELF),
  /** A fan turns faster than it can. */
  FAN_FAST("fanFast", Severity.WARNING, "coolingFanFailure", Ends.BY_ITSELF),
  /** A voltage is outside its limits. */
  VOLTAGE_WRONG("voltageWrong", Severity.MAJOR, "powerProblem", Ends.BY_ITSELF),
  /** A current or a power is outside its limits. */
  LOAD_WRONG("loadWrong", Severity.WARNING, "powerProblem", Ends.BY_ITSELF),
  /** A share (humidity, fill, duty) is outside its limits. */
  RATIO_WRONG("ratioWrong", Severity.WARNING, "equipmentMalfunction", Ends.BY_ITSELF),
  /** A card is not what the model of its type says. */
  DEVICE_DRIFT("deviceDrift", Severity.MINOR, "configurationOrCustomizationError", Ends.BY_ITSELF),
  /** Two machines use the identity of one card: neither is believed any more. */
  IDENTITY_CLONED(
      "identityCloned", Severity.CRITICAL, "unauthorizedAccessAttempt", Ends.ACKNOWLEDGED),
  /** All chassis of the cabinet are lost: its power or its network is gone. */
  CABINET_LOST("cabinetLost", Severity.CRITICAL, "powerProblem", Ends.BY_ITSELF),
  /** Fewer cards are free than are to be kept back for failed ones. */
  SPARES_SHORT("sparesShort", Severity.WARNING, "underlyingResourceUnavailable", Ends.BY_ITSELF);

  private enum Ends {
    BY_ITSELF,
    ACKNOWLEDGED
  }

  private final String word;
  private final Severity severity;
  private final String probableCause;
  private final Ends ends;

  AlarmType(String word, Severity severity, String probableCause, Ends ends) {
    this.word = word;
    this.severity = severity;
    this.probableCause = probableCause;
    this.ends = ends;
  }

  /** Its name in commands, JSON and the MIB. */
  public String word() {
    return word;
  }

  public Severity severity() {
    return severity;
  }

  /** Probable cause in the words of X.733 and IANA-ITU-ALARM-TC-MIB. */
  public String probableCause() {
    return probableCause;
  }

  /**
   * Whether it tells of an event rather than of a state: it ends when somebody has taken note, and
   * never by itself.
   */
  public boolean endsAcknowledged() {
    return ends == Ends.ACKNOWLEDGED;
  }

  /**
   * The type of this word.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static AlarmType of(String word) {
    for (AlarmType type : values()) {
      if (type.word.equals(word)) {
        return type;
      }
    }
    throw new IllegalArgumentException("'" + word + "' is no type of alarm");
  }
}
