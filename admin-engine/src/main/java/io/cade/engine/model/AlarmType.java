package io.cade.engine.model;

/** The alarms that the engine can raise, each with severity and probable cause (X.733 §8.1.2.1). */
public enum AlarmType {
  /** A card that was in use is out of its slot or says nothing. */
  CARD_LOST("cardLost", Severity.MAJOR, "equipmentFailure"),
  /** A card sits in another slot than before. */
  CARD_MOVED("cardMoved", Severity.WARNING, "configurationOrCustomizationError"),
  /** One MAC address asks from two slots at once. */
  DUPLICATE_MAC("duplicateMac", Severity.MAJOR, "duplicateInformation"),
  /** A service has fewer running cards than it is due. */
  SERVICE_DEGRADED("serviceDegraded", Severity.MINOR, "performanceDegraded"),
  /** No card of a service runs. */
  SERVICE_DOWN("serviceDown", Severity.CRITICAL, "applicationSubsystemFailure"),
  /** A service could not be set up on a card. */
  SETUP_FAILED("setupFailed", Severity.MAJOR, "softwareProgramError"),
  /** A temperature is above its limit. */
  TEMPERATURE_HIGH("temperatureHigh", Severity.MAJOR, "temperatureUnacceptable"),
  /** A fan turns too slowly or not at all. */
  FAN_FAILED("fanFailed", Severity.MAJOR, "coolingFanFailure"),
  /** A power supply gives no power. */
  SUPPLY_FAILED("supplyFailed", Severity.MAJOR, "powerSupplyFailure"),
  /** A card was so hot that it was switched off. */
  CARD_OVERHEATED("cardOverheated", Severity.CRITICAL, "temperatureUnacceptable"),
  /** The supplies cannot feed all cards; some are switched off. */
  POWER_BUDGET("powerBudget", Severity.MAJOR, "powerProblem"),
  /** A disk is broken or missing: its card's mirror has one disk only. */
  DISK_FAILED("diskFailed", Severity.MAJOR, "equipmentFailure"),
  /** A replaced disk is being filled from the other one. */
  MIRROR_REBUILDING("mirrorRebuilding", Severity.WARNING, "performanceDegraded"),
  /** A proxy card says nothing. */
  PROXY_LOST("proxyLost", Severity.MAJOR, "equipmentFailure"),
  /** An address that the engine gives out is used by somebody who did not get it here. */
  ADDRESS_CONFLICT("addressConflict", Severity.MAJOR, "duplicateInformation"),
  /** The certificate of a site ends soon or is of no use any more, and has no successor. */
  CERTIFICATE_ENDING("certificateEnding", Severity.MAJOR, "keyExpired"),
  /** A network sends far more requests, or opens more connections, than the limits allow. */
  VISITOR_FLOOD("visitorFlood", Severity.MINOR, "intrusionDetection"),
  /** A network holds connections with requests that never end. */
  SLOW_VISITORS("slowVisitors", Severity.MINOR, "intrusionDetection"),
  /** A network looks for hosts or paths that do not exist. */
  VISITOR_SCAN("visitorScan", Severity.WARNING, "intrusionDetection"),
  /** A network guesses passwords. */
  CREDENTIAL_GUESSING("credentialGuessing", Severity.MAJOR, "unauthorizedAccessAttempt");

  private final String word;
  private final Severity severity;
  private final String probableCause;

  AlarmType(String word, Severity severity, String probableCause) {
    this.word = word;
    this.severity = severity;
    this.probableCause = probableCause;
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
}
