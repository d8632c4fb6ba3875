import { settingsType } from 'settings.bicep'

targetScope = 'resourceGroup'

metadata name = 'FuncComet'
metadata description = 'Serverless long-poll push: a function app on Flex Consumption, its storage account, vault and monitoring, all reached by one user-assigned identity.'

@description('The prefix of the resources\' names: 2 to 64 letters, digits and -. Only the first 16 are used, in lower case. Default in main.bicepparam: azd\'s environment, else dev.')
@minLength(2)
@maxLength(64)
param environmentName string

@description('The region of every resource. Default: the resource group\'s.')
param location string = resourceGroup().location

@description('Memory of an instance in MB: 512, 2,048 or 4,096. You pay for it while the instance serves any request. Default: 2,048.')
param instanceMemoryMB (512 | 2048 | 4096) = 2048

@description('The maximum number of instances, which bounds the bill: 40 to 1,000. Each holds polls up to 95 % of perInstanceConcurrency. All apps of a subscription in a region share a quota of 512,000 MB (250 cores) unless it is raised. Default: 40.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('The most requests that an instance serves at a time: 20 to 1,000. A held poll is one of them; 5 % are reserved for pushes and acknowledgements. Default: 1,000.')
@minValue(20)
@maxValue(1000)
param perInstanceConcurrency int = 1000

@description('Instances that always run, and that you always pay for: 0 to 1,000, but not 1 with zoneRedundant. Default: 0.')
@minValue(0)
@maxValue(1000)
param alwaysReadyInstances int = 0

@description('Whether instances and storage are spread over the region\'s availability zones. Two instances then always run, and you pay for them. To change this for an existing storage account, migrate the account first. Default: false.')
param zoneRedundant bool = false

@description('Origins whose scripts may call the app, as https://app.example.com. Default: none, so that no page of another origin can call it.')
param allowedOrigins string[] = []

@description('Whether storage and vault can be reached only by private endpoints in a virtual network. The app itself stays public. Default: false.')
param privateNetwork bool = false

@description('The address range of that network: a /24. Default: 10.70.0.0/24.')
param networkAddressPrefix string = '10.70.0.0/24'

@description('The address of the app\'s package, a zip that anyone may read, which is deployed with the resources. In the azuredeploy.json of a release it is the release\'s. Default: none, so that the package is deployed afterwards.')
param packageUri string = ''

@description('The mail address that gets alerts: when the app does not answer, and about failed polls and pushes, dead letters, throttling and full instances. Default: empty, which means no alerts.')
param alertEmail string = ''

@description('Whether the host\'s log, the vault\'s audit log and the queues\' metrics go to the workspace. Default: false.')
param diagnosticLogs bool = false

@description('Settings of the app that differ from their defaults, by the names in docs/configuration.md. Default: none.')
param settings settingsType = {}

var suffix = uniqueString(resourceGroup().id, environmentName)
var prefix = 'fc-${toLower(take(environmentName, 16))}'
var tags = {
  'azd-env-name': environmentName
}
// Names that are known before a deployment, so that what-if can evaluate the references to them.
var identityName = '${prefix}-identity'
var insightsName = '${prefix}-insights'
var storageName = 'fc${suffix}'
var vaultName = 'fc-${suffix}'
var appName = '${prefix}-${suffix}'
// The other 5 % are for pushes and acknowledgements. A much lower share would make the app answer 503 before the platform adds an instance.
var maxHeldPolls = perInstanceConcurrency * 95 / 100

module identity 'modules/identity.bicep' = {
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: '${prefix}-logs'
    insightsName: insightsName
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: storageName
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    private: privateNetwork
    diagnosticLogs: diagnosticLogs
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/keyvault.bicep' = {
  params: {
    name: vaultName
    location: location
    tags: tags
    private: privateNetwork
    diagnosticLogs: diagnosticLogs
    workspaceId: monitoring.outputs.workspaceId
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    identityName: identityName
    storageName: storageName
    insightsName: insightsName
    vaultName: vaultName
  }
  dependsOn: [
    identity
    monitoring
    storage
    vault
  ]
}

module network 'modules/network.bicep' = if (privateNetwork) {
  params: {
    prefix: prefix
    location: location
    tags: tags
    addressPrefix: networkAddressPrefix
  }
}

module blobEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  params: {
    name: '${prefix}-blob'
    location: location
    tags: tags
    targetId: storage.outputs.id
    service: 'blob'
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module queueEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  params: {
    name: '${prefix}-queue'
    location: location
    tags: tags
    targetId: storage.outputs.id
    service: 'queue'
    zoneName: 'privatelink.queue.${environment().suffixes.storage}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module vaultEndpoint 'modules/endpoint.bicep' = if (privateNetwork) {
  params: {
    name: '${prefix}-vault'
    location: location
    tags: tags
    targetId: vault.outputs.id
    service: 'vault'
    zoneName: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
  }
}

module app 'modules/functionapp.bicep' = {
  params: {
    name: appName
    planName: '${prefix}-plan'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    blobUri: storage.outputs.blobUri
    queueUri: storage.outputs.queueUri
    packageContainerUri: storage.outputs.packageContainerUri
    packageUri: packageUri
    insightsName: insightsName
    signingKeyUri: vault.outputs.signingKeyUri
    previousKeyUri: vault.outputs.previousKeyUri
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    perInstanceConcurrency: perInstanceConcurrency
    alwaysReadyInstances: zoneRedundant && alwaysReadyInstances == 1
      ? fail('alwaysReadyInstances is 1, which is one zone: with zoneRedundant set it to 0, for the two that the platform keeps, or to 2 or more')
      : alwaysReadyInstances
    zoneRedundant: zoneRedundant
    allowedOrigins: allowedOrigins
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    diagnosticLogs: diagnosticLogs
    workspaceId: monitoring.outputs.workspaceId
    maxHeldPolls: maxHeldPolls
    settings: settings
  }
  // The app starts as soon as it exists, and uses the storage and the vault at once.
  dependsOn: [
    roles
    blobEndpoint
    queueEndpoint
    vaultEndpoint
  ]
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  params: {
    prefix: prefix
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    appUrl: app.outputs.url
    email: alertEmail
    maxHeldPolls: maxHeldPolls
  }
}

@description('The app\'s address, without /api.')
output FUNCCOMET_URL string = app.outputs.url

@description('The app\'s name.')
output FUNCCOMET_APP string = appName

@description('The storage account with the mailboxes.')
output FUNCCOMET_STORAGE_ACCOUNT string = storageName

@description('The vault with the keys that sign tokens.')
output FUNCCOMET_KEY_VAULT string = vaultName
