import { given, isPresent, isSet, known } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { atLeast, atMost, firstOf, mustBe, mustBeSet } from "../engine/violation";
import { customerKey, customerKeySetting } from "./customer-key";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Stream } from "@pulumi/aws/kinesis";
import { Application } from "@pulumi/aws/kinesisanalyticsv2";
import { ExternalKey, Key, ReplicaExternalKey, ReplicaKey } from "@pulumi/aws/kms";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import { Domain } from "@pulumi/aws/opensearch";
import { Topic } from "@pulumi/aws/sns";
import { Queue } from "@pulumi/aws/sqs";

export const streamEncryption = resourcePolicy("kinesis-stream-encryption", Stream, {
  config: customerKeySetting,
  remedy: (stream, { remedyKey }) => ({
    encryptionType: "KMS",
    ...(!isSet(stream, "kmsKeyId") && { kmsKeyId: remedyKey }),
  }),
  check: (stream, config) =>
    firstOf(
      mustBe("encryptionType", stream.encryptionType, "KMS"),
      mustBeSet(stream, "kmsKeyId"),
      customerKey(stream, "kmsKeyId", config),
    ),
});

export const applicationEncryption = resourcePolicy("flink-application-encryption", Application, {
  config: customerKeySetting,
  *check({ applicationConfiguration }, config) {
    const path = "applicationConfiguration.applicationEncryptionConfiguration";
    const encryption = applicationConfiguration?.applicationEncryptionConfiguration;
    if (config.requireCustomerManagedKey && encryption?.keyType !== "CUSTOMER_MANAGED_KEY") {
      yield `${path}.keyType is ${encryption?.keyType ?? "not set"}`;
    } else if (isPresent(encryption)) {
      yield* customerKey(encryption, "keyId", config, path);
    }
  },
});

export const domainEncryption = resourcePolicy("opensearch-domain-encryption-at-rest", Domain, {
  config: customerKeySetting,
  check: ({ encryptAtRest }, config) =>
    firstOf(
      mustBe("encryptAtRest.enabled", encryptAtRest?.enabled, true),
      customerKey(encryptAtRest, "kmsKeyId", config, "encryptAtRest"),
    ),
});

export const logGroupEncryption = resourcePolicy("cloudwatch-log-group-encryption", LogGroup, {
  config: customerKeySetting,
  check: (group, config) => customerKey(group, "kmsKeyId", config),
});

export const topicEncryption = resourcePolicy("sns-topic-encryption", Topic, {
  config: customerKeySetting,
  check: (topic, config) =>
    firstOf(mustBeSet(topic, "kmsMasterKeyId"), customerKey(topic, "kmsMasterKeyId", config)),
});

export const queueEncryption = resourcePolicy("sqs-queue-encryption", Queue, {
  config: customerKeySetting,
  *check(queue, config) {
    if (isSet(queue, "kmsMasterKeyId") || config.requireCustomerManagedKey) {
      yield* customerKey(queue, "kmsMasterKeyId", config);
    } else if (queue.sqsManagedSseEnabled !== true) {
      yield "neither kmsMasterKeyId nor sqsManagedSseEnabled is set";
    }
  },
});

export const variables = resourcePolicy("lambda-function-environment-encryption", LambdaFunction, {
  config: customerKeySetting,
  // Variables that are unknown in a preview count as some.
  check: (lambda, config) =>
    known(() => given(lambda.environment?.variables).length) === 0
      ? []
      : customerKey(lambda, "kmsKeyArn", config),
});

export const keyRotation = resourcePolicy("kms-key-rotation", Key, {
  *check(key, { maxDays }) {
    // KMS cannot rotate asymmetric and HMAC keys, nor those whose material lies in a key store of the customer's.
    const isSymmetric = (key.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") === "SYMMETRIC_DEFAULT";
    if (!isSymmetric || isSet(key, "customKeyStoreId") || isSet(key, "xksKeyId")) {
      return;
    }
    const days = key.rotationPeriodInDays ?? 365;
    yield* firstOf(
      mustBe("enableKeyRotation", key.enableKeyRotation, true),
      atMost(days, maxDays, `rotationPeriodInDays is ${days}`),
    );
  },
});

const keyTypes = [Key, ReplicaKey, ExternalKey, ReplicaExternalKey];

export const keyDeletionWindow = typesPolicy("kms-key-deletion-window", keyTypes, {
  *check(key, { minDays }) {
    const days = (key["deletionWindowInDays"] ?? 30) as number;
    yield* atLeast(days, minDays, `deletionWindowInDays is ${days}`);
  },
});
