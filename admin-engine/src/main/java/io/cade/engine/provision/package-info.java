/**
 * Phase three of provisioning: plug-ins turn a service's content into signed packages (SPEC A4).
 */
@NullMarked
package io.cade.engine.provision;

import org.jspecify.annotations.NullMarked;
