package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A slot that has or had a card, and that card (SPEC C2).
 *
 * @param since when the state was entered
 * @param cause why the state was entered, for the operator
 * @param mac of the card that sits or last sat there
 * @param bootId of its last introduction, empty before the first
 * @param certificateSerial of the certificate issued to this card, hexadecimal, empty before
 *     enrolment
 * @param drain while visitors are kept from it; goes with the card, so that its replacement serves
 *     without a command (C2)
 * @param hold why it is not to have power, or null
 * @param locate whether its slot's locate LED is to be lit
 * @param certificate what is known of the certificate beside its number, or null
 */
public record Card(
    CardPosition position,
    CardRole role,
    CardState state,
    Instant since,
    String cause,
    @Nullable MacAddress mac,
    String bootId,
    String certificateSerial,
    @Nullable HardwareDescriptor hardware,
    @Nullable SoftwareDescriptor software,
    @Nullable Drain drain,
    @Nullable PowerHold hold,
    boolean locate,
    @Nullable CardCertificate certificate) {

  /** A card of whose certificate only the number is known. */
  public Card(
      CardPosition position,
      CardRole role,
      CardState state,
      Instant since,
      String cause,
      @Nullable MacAddress mac,
      String bootId,
      String certificateSerial,
      @Nullable HardwareDescriptor hardware,
      @Nullable SoftwareDescriptor software,
      @Nullable Drain drain,
      @Nullable PowerHold hold,
      boolean locate) {
    this(
        position,
        role,
        state,
        since,
        cause,
        mac,
        bootId,
        certificateSerial,
        hardware,
        software,
        drain,
        hold,
        locate,
        null);
  }

  /** A card that may have power and is not to be located. */
  public Card(
      CardPosition position,
      CardRole role,
      CardState state,
      Instant since,
      String cause,
      @Nullable MacAddress mac,
      String bootId,
      String certificateSerial,
      @Nullable HardwareDescriptor hardware,
      @Nullable SoftwareDescriptor software,
      @Nullable Drain drain) {
    this(
        position,
        role,
        state,
        since,
        cause,
        mac,
        bootId,
        certificateSerial,
        hardware,
        software,
        drain,
        null,
        false,
        null);
  }

  /** A slot in which a card was never seen. */
  public static Card unseen(CardPosition position, CardRole role, Instant now) {
    return new Card(
        position, role, CardState.ABSENT, now, "never seen", null, "", "", null, null, null);
  }

  Card withState(CardState next, Instant now, String why) {
    return new Card(
        position,
        role,
        next,
        now,
        why,
        mac,
        bootId,
        certificateSerial,
        hardware,
        software,
        drain,
        hold,
        locate,
        certificate);
  }

  Card withMac(MacAddress newMac) {
    return newMac.equals(mac)
        ? this
        : new Card(
            position, role, state, since, cause, newMac, "", "", null, null, null, hold, locate,
            null);
  }

  /** The card with another certificate on record; with none when the number is empty. */
  Card withCertificate(String serial, @Nullable CardCertificate next) {
    return new Card(
        position, role, state, since, cause, mac, bootId, serial, hardware, software, drain, hold,
        locate, next);
  }

  /** Whether this certificate counts: the one on record, or the one that is to follow it. */
  public boolean isCertified(String serial) {
    return !serial.isEmpty()
        && (serial.equals(certificateSerial)
            || (certificate != null && serial.equals(certificate.nextSerial())));
  }

  /** The card, drained or (null) not. */
  public Card withDrain(@Nullable Drain next) {
    return new Card(
        position,
        role,
        state,
        since,
        cause,
        mac,
        bootId,
        certificateSerial,
        hardware,
        software,
        next,
        hold,
        locate,
        certificate);
  }

  Card introduced(
      CardRole newRole,
      String boot,
      HardwareDescriptor newHardware,
      SoftwareDescriptor newSoftware) {
    return new Card(
        position,
        newRole,
        state,
        since,
        cause,
        newHardware.mac(),
        boot,
        certificateSerial,
        newHardware,
        newSoftware,
        newHardware.mac().equals(mac) ? drain : null,
        hold,
        locate,
        newHardware.mac().equals(mac) || mac == null
            ? CardCertificate.followed(this, boot)
            : certificate);
  }

  /** The card, held without power or (null) not. */
  public Card withHold(@Nullable PowerHold next) {
    return new Card(
        position,
        role,
        state,
        since,
        cause,
        mac,
        bootId,
        certificateSerial,
        hardware,
        software,
        drain,
        next,
        locate,
        certificate);
  }

  /** The card, with its slot's locate LED lit or not. */
  public Card withLocate(boolean lit) {
    return new Card(
        position,
        role,
        state,
        since,
        cause,
        mac,
        bootId,
        certificateSerial,
        hardware,
        software,
        drain,
        hold,
        lit,
        certificate);
  }
}
