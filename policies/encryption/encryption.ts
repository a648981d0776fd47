import { given, isPresent, isSet, known, reference } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { typeToken } from "../engine/sdk-types";
import { atLeast, atMost, mustBe } from "../engine/violation";
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
  *check(stream, config) {
    if (stream.encryptionType !== "KMS") {
      yield* mustBe("encryptionType", stream.encryptionType, "KMS");
    } else if (!reference(stream, "kmsKeyId").set) {
      yield { fact: "kmsKeyId is not set" };
    } else {
      yield* customerKey(stream, "kmsKeyId", config);
    }
  },
});

export const applicationEncryption = resourcePolicy("flink-application-encryption", Application, {
  config: customerKeySetting,
  *check({ applicationConfiguration }, config) {
    const path = "applicationConfiguration.applicationEncryptionConfiguration";
    const encryption = applicationConfiguration?.applicationEncryptionConfiguration;
    if (config.requireCustomerManagedKey && encryption?.keyType !== "CUSTOMER_MANAGED_KEY") {
      yield { fact: `${path}.keyType is ${encryption?.keyType ?? "not set"}` };
    } else if (isPresent(encryption)) {
      yield* customerKey(encryption, "keyId", config, path);
    }
  },
});

export const domainEncryption = resourcePolicy("opensearch-domain-encryption-at-rest", Domain, {
  config: customerKeySetting,
  *check({ encryptAtRest }, config) {
    if (encryptAtRest?.enabled !== true) {
      yield* mustBe("encryptAtRest.enabled", encryptAtRest?.enabled, true);
    } else {
      yield* customerKey(encryptAtRest, "kmsKeyId", config, "encryptAtRest");
    }
  },
});

export const logGroupEncryption = resourcePolicy("cloudwatch-log-group-encryption", LogGroup, {
  config: customerKeySetting,
  check: (group, config) => customerKey(group, "kmsKeyId", config),
});

export const topicEncryption = resourcePolicy("sns-topic-encryption", Topic, {
  config: customerKeySetting,
  *check(topic, config) {
    if (!reference(topic, "kmsMasterKeyId").set) {
      yield { fact: "kmsMasterKeyId is not set" };
    } else {
      yield* customerKey(topic, "kmsMasterKeyId", config);
    }
  },
});

export const queueEncryption = resourcePolicy("sqs-queue-encryption", Queue, {
  config: customerKeySetting,
  *check(queue, config) {
    if (reference(queue, "kmsMasterKeyId").set || config.requireCustomerManagedKey) {
      yield* customerKey(queue, "kmsMasterKeyId", config);
    } else if (queue.sqsManagedSseEnabled !== true) {
      yield { fact: "neither kmsMasterKeyId nor sqsManagedSseEnabled is set" };
    }
  },
});

export const variables = resourcePolicy("lambda-function-environment-encryption", LambdaFunction, {
  config: customerKeySetting,
  *check(lambda, config) {
    // Unknown in a preview counts as some.
    const count = known(() => given(lambda.environment?.variables).length);
    if (count !== 0) {
      yield* customerKey(lambda, "kmsKeyArn", config);
    }
  },
});

export const keyRotation = resourcePolicy("kms-key-rotation", Key, {
  *check(key, { maxDays }) {
    // KMS cannot rotate asymmetric and HMAC keys, nor those whose material lies in a key store of the customer's.
    const isSymmetric = (key.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") === "SYMMETRIC_DEFAULT";
    if (!isSymmetric || isSet(key, "customKeyStoreId") || isSet(key, "xksKeyId")) {
      return;
    }
    const days = key.rotationPeriodInDays ?? 365;
    if (key.enableKeyRotation !== true) {
      yield* mustBe("enableKeyRotation", key.enableKeyRotation, true);
    } else {
      yield* atMost(days, maxDays, `rotationPeriodInDays is ${days}`);
    }
  },
});

const keyTypes = [Key, ReplicaKey, ExternalKey, ReplicaExternalKey].map(typeToken);

export const keyDeletionWindow = typesPolicy("kms-key-deletion-window", keyTypes, {
  *check(key, { minDays }) {
    const days = (key["deletionWindowInDays"] ?? 30) as number;
    yield* atLeast(days, minDays, `deletionWindowInDays is ${days}`);
  },
});
